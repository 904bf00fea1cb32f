// @ts-check
// The whole way by keyboard, and every change of state said aloud. That Tab
// reaches all that a state has is in lib/accessible.js.
import assert from 'node:assert/strict';
import test from 'node:test';
import { controls, listen, tabThrough, tabTo } from './lib/keyboard.js';
import { moves, says, shownLink } from './lib/pages.js';
import { device, sendDevice, serve } from './lib/scene.js';
import { STATES, unplug } from './lib/states.js';
import { until } from './lib/until.js';

test('Tab goes from the camera to Start, the microphone and the link', async (t) => {
  const { reached } = await tabThrough(await STATES['send-ready'](t));
  const main = reached.filter((id) => ['#devices', '#start', '#microphone', '#invite'].includes(id));
  assert.deepEqual(main, ['#devices', '#start', '#microphone', '#invite']);
});

for (const name of /** @type {const} */ (['chromium', 'firefox'])) {
  test(`${name}: start, show a link and stop without a pointer`, async (t) => {
    const server = await serve(t);
    const receiver = await device(t, `${server.url}/receive`, name);
    const sender = await sendDevice(t, server.url, name);
    const [heard, overheard] = [await listen(sender), await listen(receiver)];
    await tabTo(sender, 'start');
    await sender.keyboard.press('Enter');
    await moves(receiver);

    await tabTo(sender, 'invite');
    await sender.keyboard.press('Enter');
    await shownLink(sender);
    const sheet = (await tabThrough(sender)).reached.filter((id) => id !== '#invitation'); // Firefox comes round by the dialog itself
    assert.deepEqual(sheet.toSorted(), (await controls(sender)).toSorted(), 'the keyboard left the dialog, or did not reach all of it');
    await sender.keyboard.press('Escape');
    await until('the dialog is closed', () => sender.evaluate(() => document.querySelector('dialog[open]') === null));
    assert.equal(await sender.evaluate(() => document.activeElement?.id), 'invite');

    await tabTo(sender, 'start', 'Shift+Tab');
    await sender.waitForSelector('#start[aria-disabled="false"]');
    await sender.keyboard.press(' ');
    await says(sender, /^Ready$/m);
    await says(receiver, /The camera has stopped/);
    for (const pattern of [/^Ready/, /^Live/]) assert.ok((await heard()).some((text) => pattern.test(text)), `${pattern} was not announced`);
    for (const pattern of [/^Waiting/, /^Live/, /stopped/]) assert.ok((await overheard()).some((text) => pattern.test(text)), `${pattern} was not announced`);
  });
}

test('trouble is announced', async (t) => {
  const server = await serve(t);
  const sender = await sendDevice(t, server.url);
  const heard = await listen(sender);
  await sender.evaluate(unplug);
  await says(sender, /camera was disconnected/);
  assert.ok((await heard()).some((text) => /camera was disconnected/.test(text)));
});
