// @ts-check
// Browsers of some years ago: what they lack is done without.
import test from 'node:test';
import { cameraReady, moves, press, says, shownLink } from './lib/pages.js';
import { blankDevice, serve } from './lib/scene.js';

/** Runs in the page, before its own scripts: takes away what is younger than 2023. */
function beOld() {
  const young = {
    AbortSignal: ['any'],
    'Array.prototype': ['findLast', 'toReversed', 'toSorted', 'with'],
    Map: ['groupBy'],
    'Navigator.prototype': ['mediaCapabilities', 'wakeLock'],
    Object: ['groupBy'],
    Promise: ['try', 'withResolvers'],
    'RTCRtpReceiver.prototype': ['jitterBufferTarget', 'playoutDelayHint'],
    'RTCRtpTransceiver.prototype': ['setCodecPreferences'],
    URL: ['canParse', 'parse'],
  };
  for (const [path, names] of Object.entries(young)) {
    const owner = path.split('.').reduce((object, name) => Reflect.get(object, name), /** @type {object} */ (globalThis));
    for (const name of names) Reflect.deleteProperty(owner, name);
  }
}

for (const name of /** @type {const} */ (['chromium', 'firefox'])) {
  /** @param {import('node:test').TestContext} t @param {string} url */
  const old = async (t, url) => {
    const page = await blankDevice(t, name);
    await page.evaluateOnNewDocument(beOld);
    await page.goto(url);
    return page;
  };

  test(`${name}: an old browser sends to an old one, by the link of either`, async (t) => {
    const server = await serve(t);
    const receiver = await old(t, `${server.url}/receive`);
    const sender = await old(t, await shownLink(receiver));
    await cameraReady(sender);
    await press(sender);
    await moves(receiver);
    for (const page of [sender, receiver]) await says(page, /Verified end to end/);
    const camera = await old(t, `${server.url}/send`);
    await cameraReady(camera);
    await camera.click('#invite');
    await moves(await old(t, await shownLink(camera)));
  });
}
