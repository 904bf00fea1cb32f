// @ts-check
// One viewer is in a weak network: what it gets falls, and the other's picture stays as it was.
import assert from 'node:assert/strict';
import test from 'node:test';
import { launch } from './lib/browsers.js';
import { cameraReady, moves, shownLink } from './lib/pages.js';
import { Relay } from './lib/relay.js';
import { serve } from './lib/scene.js';
import { until } from './lib/until.js';

/**
 * @typedef {import('puppeteer-core').Page} Page
 * @typedef {import('./lib/browsers.js').Browser} Browser
 * @typedef {{target: number, width: number}} Sent what the encoder of one viewer aims at, in bit/s, and how wide its picture is
 */

/** What the weak network carries, in bytes a second: 100 kbit/s. */
const WEAK = 12_500;

/** The same in bit/s. */
const CARRIED = 8 * WEAK;

/**
 * A browser whose host candidates are addresses, which the relay can reach.
 *
 * @param {import('node:test').TestContext} t
 * @param {import('./lib/browsers.js').BrowserName} name
 */
async function browser(t, name) {
  const launched = await launch(name, { args: ['--disable-features=WebRtcHideLocalIpsWithMdns'] });
  t.after(() => launched.close());
  return launched;
}

/** Runs in the page, before its own scripts: keeps its connections, and what it is to send. */
function watchConnections() {
  /** @type {RTCPeerConnection[]} */
  const connections = [];
  Object.assign(globalThis, { connections });
  globalThis.RTCPeerConnection = class extends RTCPeerConnection {
    /** @param {RTCConfiguration} [config] */
    constructor(config) {
      super(config);
      connections.push(this);
    }
  };
  if (location.protocol !== 'about:') localStorage.setItem('send-choices', JSON.stringify({ height: 480, frameRate: 15, look: 'sharp' }));
}

/**
 * What each viewer is sent, in the order in which they came.
 *
 * @param {Page} sender
 * @returns {Promise<Sent[]>}
 */
function sent(sender) {
  return sender.evaluate(async () => {
    const pcs = /** @type {RTCPeerConnection[]} */ (/** @type {any} */ (globalThis).connections).filter(({ connectionState }) => connectionState === 'connected');
    const reports = await Promise.all(pcs.map((pc) => pc.getStats()));
    const streams = reports.map((report) => [...report.values()].find(({ type, kind }) => type === 'outbound-rtp' && kind === 'video'));
    return streams.map((stream) => ({ target: stream?.targetBitrate ?? 0, width: stream?.frameWidth ?? 0 }));
  });
}

for (const name of /** @type {const} */ (['chromium', 'firefox'])) {
  test(`chromium to ${name}: a weak viewer does not drag the other one down`, async (t) => {
    const cameras = await browser(t, 'chromium'); // Firefox' test picture is too plain to need any bitrate
    const viewers = name === 'chromium' ? cameras : await browser(t, name);
    const server = await serve(t);
    const relay = new Relay();
    t.after(() => relay.close());
    const open = async (/** @type {Browser} */ where, /** @type {string} */ url) => {
      const page = await (await where.createBrowserContext()).newPage();
      await relay.between(page);
      await page.evaluateOnNewDocument(watchConnections);
      await page.goto(url);
      return page;
    };
    const sender = await open(cameras, `${server.url}/send`);
    await cameraReady(sender);
    await sender.click('#invite');
    const link = await shownLink(sender);
    const strong = await open(viewers, link);
    await moves(strong);
    const alone = await until('the picture has its bitrate', async () => (await sent(sender)).find(({ target }) => target > 5 * CARRIED), { describe: () => sent(sender) });
    relay.capacity = WEAK;
    const weak = await open(viewers, link);
    await moves(weak);
    const [first, second] = await until('the weak viewer gets what its network carries', async () => {
      const both = await sent(sender);
      return both.length === 2 && both[1].target > 0 && both[1].target < 1.5 * CARRIED ? both : undefined;
    }, { timeout: 60_000, describe: () => sent(sender) });
    assert.ok(first.target > 5 * CARRIED, `the other one gets ${first.target} bit/s, beside ${second.target} of the weak one`);
    assert.equal(first.width, alone.width);
    await moves(strong);
  });
}
