// @ts-check
// Meeting by link: the key stays in the browsers, and only sealed messages count.
import assert from 'node:assert/strict';
import test from 'node:test';
import { cameraReady, moves, press, says } from './lib/pages.js';
import { device, sendDevice, serve } from './lib/scene.js';
import { until } from './lib/until.js';

/** The link that a page shows. @param {import('puppeteer-core').Page} page */
export function shownLink(page) {
  const ask = () => page.evaluate(() => /** @type {HTMLInputElement} */ (document.querySelector('#link')).value);
  return until('the page shows a link', ask);
}

for (const name of /** @type {const} */ (['chromium', 'firefox'])) {
  test(`${name}: the link of the receive page, and reloads on either side`, async (t) => {
    const server = await serve(t);
    const receiver = await device(t, `${server.url}/receive`, name);
    const link = await shownLink(receiver);
    const sender = await device(t, link, name);
    await cameraReady(sender);
    await press(sender);
    await moves(receiver);
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
