// @ts-check
// Meeting by link: the key stays in the browsers, and only sealed messages count.
import assert from 'node:assert/strict';
import test from 'node:test';
import { cameraReady, moves, press, says, shownLink, words } from './lib/pages.js';
import { device, livePair, sendDevice, serve } from './lib/scene.js';
import { until } from './lib/until.js';

for (const name of /** @type {const} */ (['chromium', 'firefox'])) {
  test(`${name}: the link of the receive page, and reloads on either side`, async (t) => {
    const server = await serve(t);
    const receiver = await device(t, `${server.url}/receive`, name);
    const link = await shownLink(receiver);
    const sender = await device(t, link, name);
    await cameraReady(sender);
    await press(sender);
    await moves(receiver);
    for (const page of [sender, receiver]) await says(page, /Verified end to end/);
    await receiver.reload();
    await moves(receiver);
    assert.equal(await shownLink(receiver), link);
    await sender.reload();
    await says(sender, /^Live/m);
    await moves(receiver);
  });

  test(`${name}: several viewers of one camera, one of them disconnected`, async (t) => {
    const server = await serve(t);
    const sender = await sendDevice(t, server.url, name);
    await sender.click('#invite');
    const link = await shownLink(sender);
    const first = await device(t, link, name);
    await moves(first);
    const second = await device(t, link, name);
    await moves(second);
    await moves(first);
    await until('both are listed', async () => (await viewers(sender)).filter((text) => /watching/.test(text)).length === 2);
    await sender.click('#done');
    await sender.click('#viewers li button');
    await says(first, /The camera has stopped/);
    await moves(second);
    await second.reload();
    await moves(second);
    await sender.reload();
    await moves(second);
  });
}

/** @param {import('puppeteer-core').Page} page */
function viewers(page) {
  return page.evaluate(() => [...document.querySelectorAll('#viewers li')].map((item) => item.textContent ?? ''));
}

test('without the lobby the link leads on', async (t) => {
  const server = await serve(t, ['-https=false', '-lobby=false']);
  const receiver = await device(t, `${server.url}/receive`);
  const sender = await device(t, await shownLink(receiver));
  await cameraReady(sender);
  await press(sender);
  await moves(receiver);
});

test('in the lobby both pages show the same four words', async (t) => {
  const server = await serve(t);
  const { sender, receiver } = await livePair(t, server.url);
  const said = [];
  for (const page of [sender, receiver]) {
    await says(page, /both pages say “\w+ \w+ \w+ \w+”/);
    said.push(/“(.*)”/.exec((await words(page)).join())?.[1]);
  }
  assert.equal(said[0], said[1]);
});

test('a message that was not sealed, and one sealed with no key of ours: no picture, and it is said', async (t) => {
  const server = await serve(t);
  const receiver = await device(t, `${server.url}/receive`);
  const id = new URLSearchParams(new URL(await shownLink(receiver)).hash.slice(1)).get('to');
  const put = (/** @type {object} */ message) =>
    fetch(`${server.url}/inbox?to=${id}`, { method: 'POST', body: JSON.stringify(message), headers: { Authorization: `Basic ${btoa('third:p')}` } });
  assert.equal((await put({ type: 'offer', sdp: 'v=0', session: 's' })).status, 200);
  await says(receiver, /not sealed was refused/);
  assert.equal((await put({ type: 'sealed', box: btoa('x'.repeat(60)) })).status, 200);
  await says(receiver, /changed on its way/);
  await says(receiver, /^Waiting for a camera$/m);
});
