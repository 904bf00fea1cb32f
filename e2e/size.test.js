// @ts-check
// The pages stay small: what a phone loads before its camera can open.
import assert from 'node:assert/strict';
import test from 'node:test';
import { blankDevice, serve } from './lib/scene.js';

/** Our own scripts and styles of one page, before compression. In bytes. */
const OWN = 60_000;

/** All that a page loads when it is opened for the first time, as it comes over the wire. In bytes. */
const FIRST_LOAD = 100_000;

for (const path of ['', 'send', 'receive', 'trust']) {
  test(`/${path}`, async (t) => {
    const server = await serve(t);
    const page = await blankDevice(t);
    const chromium = await page.createCDPSession();
    await chromium.send('Network.enable');
    let [own, wire, plain] = [0, 0, 0];
    /** @type {Map<string, string>} */
    const urls = new Map();
    chromium.on('Network.responseReceived', ({ requestId, response }) => urls.set(requestId, response.url));
    chromium.on('Network.dataReceived', ({ requestId, dataLength }) => {
      const url = urls.get(requestId) ?? '';
      plain += dataLength;
      if (/\.(js|mjs|css)$/.test(url) && !url.includes('/vendor/')) own += dataLength;
    });
    chromium.on('Network.loadingFinished', ({ encodedDataLength }) => (wire += encodedDataLength));
    await page.goto(`${server.url}/${path}`, { waitUntil: 'load' });
    t.diagnostic(`${own} bytes of our own, ${wire} bytes over the wire, ${plain} before compression`);
    assert.ok(own > 1000 && wire > 1000, 'nothing was measured');
    assert.ok(own <= OWN, `${own} bytes of scripts and styles`);
    assert.ok(wire <= FIRST_LOAD, `${wire} bytes to load`);
  });
}
