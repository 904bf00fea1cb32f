// @ts-check
// receive.html?clean: the picture alone, for OBS and screens that nobody operates.
import assert from 'node:assert/strict';
import test from 'node:test';
import { launch } from './lib/browsers.js';
import { moves, open, press, says, shownLink } from './lib/pages.js';
import { blankDevice, device, sendDevice, serve } from './lib/scene.js';
import { namedCamera, tilesMove } from './lib/tiles.js';
import { until } from './lib/until.js';

/** @typedef {import('puppeteer-core').Page} Page */

/** What can be seen on the page beside pictures. @param {Page} page */
const others = (page) => page.evaluate(() => [...document.querySelectorAll('main *')]
  .filter((e) => e.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && e.clientWidth > 1 && !e.querySelector('video') && e.tagName !== 'VIDEO')
  .map((e) => e.id || e.className || e.tagName));

/** The colours of two points of the page as it would be laid over something else: in the middle, and beside the picture. @param {Page} page */
async function colours(page) {
  await page.setViewport({ width: 800, height: 200 });
  const base64 = await page.screenshot({ omitBackground: true, encoding: 'base64' });
  return page.evaluate(async (png) => {
    const image = await createImageBitmap(new Blob([Uint8Array.from(atob(png), (c) => c.charCodeAt(0))]));
    const context = /** @type {OffscreenCanvasRenderingContext2D} */ (new OffscreenCanvas(image.width, image.height).getContext('2d'));
    context.drawImage(image, 0, 0);
    const at = (/** @type {number} */ x, /** @type {number} */ y) => [...context.getImageData(x, y, 1, 1).data];
    return { middle: at(image.width / 2, image.height / 2), beside: at(5, 5) };
  }, base64);
}

/** The backgrounds that lie behind the picture. @param {Page} page */
const grounds = (page) => page.evaluate(() => {
  const all = [];
  for (let e = document.querySelector('#preview')?.parentElement; e; e = e.parentElement) all.push(getComputedStyle(e).backgroundColor);
  return [...new Set(all)];
});

for (const name of /** @type {const} */ (['chromium', 'firefox'])) {
  test(`${name}: nothing but the picture, before it comes and after`, async (t) => {
    const server = await serve(t);
    const receiver = await device(t, `${server.url}/receive?clean`, name);
    await shownLink(receiver); // it is there, and nobody sees it
    assert.deepEqual(await others(receiver), []);
    const sender = await sendDevice(t, server.url, name);
    await press(sender);
    await moves(receiver);
    assert.deepEqual(await others(receiver), []);
    assert.deepEqual(await grounds(receiver), ['rgba(0, 0, 0, 0)']);
    await receiver.keyboard.press('z'); // there is nobody who would operate it
    assert.equal(await receiver.$eval('#preview', (video) => getComputedStyle(video).objectFit), 'contain');
    await sender.goto('about:blank');
    await until('the picture is gone', () => receiver.evaluate(() => !document.body.classList.contains('picture')));
    assert.deepEqual(await others(receiver), []);
  });

  test(`${name}: by a link from a camera, filled, with the sound on`, async (t) => {
    const server = await serve(t);
    const sender = await sendDevice(t, server.url, name);
    await sender.click('#invite');
    const link = new URL(await shownLink(sender));
    link.search = '?clean&fit=cover&muted=0';
    const receiver = await device(t, link.href, name);
    await moves(receiver); // whether or not this browser allows sound without a tap
    assert.equal(await receiver.$eval('#preview', (video) => getComputedStyle(video).objectFit), 'cover');
    assert.deepEqual(await others(receiver), []);
  });
}

test('what lies under the page is seen beside the picture, whatever colours the system prefers', async (t) => {
  const server = await serve(t);
  const receiver = await device(t, `${server.url}/receive?clean`);
  await press(await sendDevice(t, server.url));
  await moves(receiver);
  for (const scheme of ['light', 'dark']) {
    await receiver.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
    const { middle, beside } = await colours(receiver);
    assert.equal(beside[3], 0, `${scheme}: ${beside}`);
    assert.equal(middle[3], 255);
  }
});

test('sound from the start where the browser allows it, as the one in OBS does', async (t) => {
  const server = await serve(t);
  const obs = await launch('chromium', { args: ['--autoplay-policy=no-user-gesture-required'] });
  t.after(() => obs.close());
  const receiver = await open(obs, `${server.url}/receive?clean&muted=0`);
  await press(await sendDevice(t, server.url));
  await moves(receiver);
  assert.equal(await receiver.$eval('#preview', (video) => /** @type {HTMLVideoElement} */ (video).muted), false);
});

// Headless Chromium allows sound whatever its policy.
for (const [blocked, what] of /** @type {const} */ ([[1, 'without sound where the browser wants a tap for it'], [0, 'with sound where it wants none']])) {
  test(`firefox: ${what}`, async (t) => {
    const server = await serve(t);
    const browser = await launch('firefox', { prefs: { 'media.autoplay.default': blocked, 'media.autoplay.blocking_policy': 0 } });
    t.after(() => browser.close());
    const receiver = await open(browser, `${server.url}/receive?clean&muted=0`);
    const sender = await sendDevice(t, server.url);
    await press(sender);
    await says(sender, /^Live/m); // what a test runs in the receive page before the picture is there counts as a tap
    await moves(receiver);
    assert.equal(await receiver.$eval('#preview', (video) => /** @type {HTMLVideoElement} */ (video).muted), blocked === 1);
  });
}

for (const name of /** @type {const} */ (['chromium', 'firefox'])) {
  test(`${name}: nothing else is seen while the page still loads`, async (t) => {
    const server = await serve(t);
    const receiver = await blankDevice(t, name);
    await receiver.setRequestInterception(true);
    /** @type {import('puppeteer-core').HTTPRequest[]} */
    const held = [];
    receiver.on('request', (request) => {
      if (request.url().endsWith('/receive.js')) held.push(request);
      else void request.continue();
    });
    const opened = receiver.goto(`${server.url}/receive?clean`, { timeout: 0 });
    await receiver.waitForSelector('#notice'); // the document is there
    await until('its style too', () => receiver.evaluate(() => document.styleSheets.length === 4));
    assert.deepEqual(await others(receiver), []);
    assert.deepEqual(await grounds(receiver), ['rgba(0, 0, 0, 0)']);
    for (const request of held) void request.continue();
    await opened;
    assert.deepEqual(await others(receiver), []);
  });
}

test('several cameras have their names, unless they are not wanted', async (t) => {
  const server = await serve(t);
  const receiver = await device(t, `${server.url}/receive?clean&label=0`);
  for (let i = 1; i <= 2; i++) {
    await press(await namedCamera(t, server.url, `Camera ${i}`));
    await tilesMove(receiver, i);
  }
  assert.deepEqual(await others(receiver), []);
  await receiver.goto(`${server.url}/receive?clean`);
  await tilesMove(receiver, 2);
  const names = await receiver.$$eval('.label .name', (labels) => labels.filter((e) => e.checkVisibility({ visibilityProperty: true })).map((e) => e.textContent));
  assert.deepEqual(names.toSorted(), ['Camera 1', 'Camera 2']);
});

test('options that mean nothing are as if they were not there', async (t) => {
  const server = await serve(t);
  const receiver = await device(t, `${server.url}/receive?clean=maybe&fit=fill&muted=x&label=`);
  await press(await sendDevice(t, server.url));
  await moves(receiver);
  await receiver.waitForSelector('#panel', { visible: true });
  assert.equal(await receiver.$eval('#preview', (video) => getComputedStyle(video).objectFit), 'contain');
});
