// @ts-check
// Which codec the picture is sent in: one that everybody has, unless both devices
// have hardware for a better one.
import assert from 'node:assert/strict';
import test from 'node:test';
import { firstOf } from '../web/codecs.js';
import { cameraReady, moves, press } from './lib/pages.js';
import { blankDevice, serve } from './lib/scene.js';
import { until } from './lib/until.js';

/**
 * @typedef {import('puppeteer-core').Page} Page
 * @typedef {import('./lib/browsers.js').BrowserName} BrowserName
 */

/**
 * Runs in the page, before its own scripts: keeps its connections, and says that
 * there is hardware for these codecs and no others.
 *
 * @param {string[]} hardware
 */
function device(hardware) {
  /** @type {RTCPeerConnection[]} */
  const connections = [];
  globalThis.RTCPeerConnection = class extends RTCPeerConnection {
    /** @param {RTCConfiguration} [config] */
    constructor(config) {
      super(config);
      connections.push(this);
    }
  };
  const answer = async (/** @type {any} */ { video }) => ({ supported: true, smooth: true, powerEfficient: hardware.includes(video.contentType) });
  Object.assign(globalThis, { connections });
  Object.assign(navigator.mediaCapabilities, { encodingInfo: answer, decodingInfo: answer });
}

/**
 * @typedef {{name: BrowserName, hardware: string[]}} Side
 * @param {import('node:test').TestContext} t
 * @param {Side} from
 * @param {Side} to
 */
async function pair(t, from, to) {
  const server = await serve(t);
  const receiver = await blankDevice(t, to.name);
  await receiver.evaluateOnNewDocument(device, to.hardware);
  await receiver.goto(`${server.url}/receive`);
  const sender = await blankDevice(t, from.name);
  await sender.evaluateOnNewDocument(device, from.hardware);
  await sender.goto(`${server.url}/send`);
  await cameraReady(sender);
  // An offer that is prepared again when more is known of the device.
  await until('the offer is ready', async () => firstOf(await offer(sender)).length === from.hardware.length);
  await press(sender);
  await moves(receiver);
  return { sender, receiver };
}

/** The last description that a page made. @param {Page} page */
const offer = (page) => page.evaluate(() => /** @type {RTCPeerConnection[]} */ (/** @type {any} */ (globalThis).connections).at(-1)?.localDescription?.sdp ?? '');

/** The codec that comes in. @param {Page} page @returns {Promise<string>} */
const codecOf = (page) => until('the codec is known', () => page.evaluate(async () => {
  const pc = /** @type {RTCPeerConnection} */ (/** @type {any} */ (globalThis).connections.at(-1));
  const stats = [...(await pc.getStats()).values()];
  const video = stats.find(({ type, kind }) => type === 'inbound-rtp' && kind === 'video');
  return stats.find(({ id }) => id === video?.codecId)?.mimeType;
}));

for (const name of /** @type {const} */ (['chromium', 'firefox'])) {
  test(`${name}: VP8 and H.264 are always offered, before what is done in software`, async (t) => {
    const { sender } = await pair(t, { name, hardware: [] }, { name: 'chromium', hardware: [] });
    const sdp = await offer(sender);
    assert.match(sdp, /^a=rtpmap:\d+ VP8\//m);
    // A Firefox without its H.264 plugin has none to offer.
    const able = await sender.evaluate(() => RTCRtpSender.getCapabilities('video')?.codecs.some(({ mimeType }) => mimeType === 'video/H264'));
    assert.ok(able || name === 'firefox');
    if (able) {
      const type = /^a=fmtp:(\d+) (?=.*packetization-mode=1)(?=.*profile-level-id=42e01f)/m.exec(sdp)?.[1];
      assert.ok(type, 'constrained baseline in more than one packet');
      assert.match(sdp, new RegExp(`^a=rtpmap:${type} H264/`, 'm'));
    }
    const newer = [...sdp.matchAll(/^a=rtpmap:\d+ (?:VP9|AV1)\//gm)].length;
    assert.ok(newer > 0, 'the browser has newer ones, and they are not thrown out');
    assert.deepEqual(firstOf(sdp), []);
  });
}

const VP9 = ['video/vp9'];

for (const [name, from, to, codec] of /** @type {const} */ ([
  ['both have hardware for VP9', VP9, VP9, 'video/VP9'],
  ['only the camera has', VP9, [], 'video/VP8'],
  ['only the viewer has', [], VP9, 'video/VP8'],
])) {
  for (const viewer of /** @type {const} */ (['chromium', 'firefox'])) {
    test(`${name}: ${viewer} shows ${codec}`, async (t) => {
      const { receiver } = await pair(t, { name: 'chromium', hardware: [...from] }, { name: viewer, hardware: [...to] });
      assert.equal(await codecOf(receiver), codec);
    });
  }
}

for (const name of /** @type {const} */ (['chromium', 'firefox'])) {
  test(`${name}: frames are shown as they come, and sound is in the same stream`, async (t) => {
    const { receiver } = await pair(t, { name: 'chromium', hardware: [] }, { name, hardware: [] });
    const { targets, streams } = await receiver.evaluate(() => {
      const pc = /** @type {RTCPeerConnection} */ (/** @type {any} */ (globalThis).connections.at(-1));
      const tracks = pc.getReceivers().map(({ track }) => track);
      const shown = /** @type {MediaStream} */ (/** @type {HTMLVideoElement} */ (document.querySelector('#preview')).srcObject);
      return { targets: pc.getReceivers().map(({ track, jitterBufferTarget }) => [track.kind, jitterBufferTarget]), streams: tracks.every((track) => shown.getTracks().includes(track)) };
    });
    assert.deepEqual(targets, [['video', 0], ['audio', null]]);
    assert.ok(streams);
  });
}
