// @ts-check
// A send page whose insides a test can look at.
import assert from 'node:assert/strict';
import { launch } from './browsers.js';
import { cameraReady, moves, press, words } from './pages.js';
import { browser, device } from './scene.js';
import { until } from './until.js';

/**
 * @typedef {import('puppeteer-core').Page} Page
 * @typedef {import('node:test').TestContext} TestContext
 * @typedef {import('./browsers.js').BrowserName} BrowserName
 */

/**
 * A send page in a context of its own, with functions run before its scripts.
 *
 * @param {TestContext} t
 * @param {string} url of the server
 * @param {{name?: BrowserName, args?: string[], without?: string, before?: (() => void)[]}} [options] args: for a Chromium of its own
 */
export async function sendPage(t, url, { name = 'chromium', args, without, before = [] } = {}) {
  const own = args || without ? await launch('chromium', { args, without }) : undefined;
  const context = await (own ?? (await browser(name))).createBrowserContext();
  const page = await context.newPage();
  /** @type {string[]} */
  const errors = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  t.after(async () => {
    await context.close();
    await own?.close();
    assert.deepEqual(errors, []);
  });
  for (const each of [watched, ...before]) await page.evaluateOnNewDocument(each);
  await page.goto(`${url}/send`);
  return page;
}

/**
 * A receive page and a send page that sends to it.
 *
 * @param {TestContext} t
 * @param {string} url of the server
 * @param {Parameters<typeof sendPage>[2]} [options]
 */
export async function sendingPair(t, url, options) {
  const receiver = await device(t, `${url}/receive`, options?.name);
  const sender = await sendPage(t, url, options);
  await cameraReady(sender);
  await press(sender);
  await moves(receiver);
  return { sender, receiver };
}

/**
 * Runs in the page, before its scripts: keeps its connections, its tracks and what it asked devices for, and
 * gives each track a stand-in that events can be sent to, because Firefox hears none but its own on a track.
 */
function watched() {
  const standIns = /** @type {Map<EventTarget, EventTarget>} */ (new Map());
  const addEventListener = MediaStreamTrack.prototype.addEventListener;
  MediaStreamTrack.prototype.addEventListener = /** @this {MediaStreamTrack} @param {any[]} args */ function (...args) {
    const standIn = standIns.get(this) ?? new EventTarget();
    standIns.set(this, standIn);
    /** @type {any} */ (standIn.addEventListener)(...args);
    /** @type {any} */ (addEventListener).apply(this, args);
  };
  const kept = Object.assign(window, { connections: /** @type {RTCPeerConnection[]} */ ([]), offers: 0, standIns, opened: /** @type {MediaStreamTrack[]} */ ([]), asked: /** @type {any[]} */ ([]) });
  if (!window.RTCPeerConnection || !navigator.mediaDevices) return;
  const Connection = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Connection {
    /** @param {RTCConfiguration} [config] */
    constructor(config) {
      super(config);
      kept.connections.push(this);
    }
  };
  const setLocalDescription = Connection.prototype.setLocalDescription;
  Connection.prototype.setLocalDescription = /** @this {RTCPeerConnection} @param {any[]} args */ function (...args) {
    kept.offers++;
    return /** @type {any} */ (setLocalDescription).apply(this, args);
  };
  const devices = navigator.mediaDevices;
  const getUserMedia = devices.getUserMedia.bind(devices);
  devices.getUserMedia = async (constraints) => {
    kept.asked.push(constraints);
    const stream = await getUserMedia(constraints);
    kept.opened.push(...stream.getTracks());
    return stream;
  };
}

/** How many offers the page has made, each of them a negotiation. @param {Page} page */
export function offers(page) {
  return page.evaluate(() => /** @type {any} */ (window).offers);
}

/** What the encoder of the connection that is live was told. @param {Page} page @param {'video' | 'audio'} [kind] */
export function encoding(page, kind = 'video') {
  return page.evaluate((kind) => {
    const live = /** @type {RTCPeerConnection[]} */ (/** @type {any} */ (window).connections).find(({ connectionState }) => connectionState === 'connected');
    const sender = live?.getTransceivers()[kind === 'video' ? 0 : 1].sender;
    const { encodings, degradationPreference } = sender?.getParameters() ?? { encodings: [] };
    return { maxBitrate: encodings[0]?.maxBitrate, degradationPreference, hint: sender?.track?.contentHint, sends: Boolean(sender?.track) };
  }, kind);
}

/** What the page asked for last. @param {Page} page @returns {Promise<any>} */
export function lastAsked(page) {
  return page.evaluate(() => /** @type {any} */ (window).asked.at(-1));
}

/** The settings of the track that was opened last. @param {Page} page @returns {Promise<any>} */
export function lastOpened(page) {
  return page.evaluate(() => {
    const track = /** @type {MediaStreamTrack | undefined} */ (/** @type {any} */ (window).opened.at(-1));
    return track && { ...track.getSettings(), kind: track.kind, label: track.label, state: track.readyState };
  });
}

/** The system does something to the picture: 'mute', 'unmute', 'ended'. @param {Page} page @param {string} type */
export function befalls(page, type) {
  return page.evaluate((type) => {
    const { srcObject } = /** @type {HTMLVideoElement} */ (document.querySelector('#preview'));
    const [track] = /** @type {MediaStream} */ (srcObject).getVideoTracks();
    if (type === 'ended') track.stop();
    /** @type {any} */ (window).standIns.get(track).dispatchEvent(new Event(type));
  }, type);
}

/** The size of the picture that a page shows. @param {Page} page */
export function size(page) {
  return page.evaluate(() => {
    const { videoWidth, videoHeight } = /** @type {HTMLVideoElement} */ (document.querySelector('#preview'));
    return `${videoWidth}x${videoHeight}`;
  });
}

/** Opens the sheet with the settings. @param {Page} page */
export async function openSettings(page) {
  await page.bringToFront();
  await page.click('#quality');
  await page.waitForSelector('#settings[open]');
}

/** Chooses in a list as a person does. @param {Page} page @param {string} selector @param {string} value */
export async function choose(page, selector, value) {
  await until(`${selector} offers ${value}`, () => page.evaluate((selector, value) => [.../** @type {HTMLSelectElement} */ (document.querySelector(selector)).options].some((option) => option.value === value), selector, value));
  await page.select(selector, value);
}

/** The four words that a page shows for its connection: another connection has others. @param {Page} page */
export function fourWords(page) {
  return until('it shows four words', async () => /“(.*)”/.exec((await words(page)).join())?.[1]);
}

/**
 * Waits until new frames come, alike or not: the picture of Chromium's third camera may stand still when it is small.
 * Firefox counts no totalVideoFrames for a stream, so the frames are counted as they are shown.
 *
 * @param {Page} page
 */
export async function framesCome(page) {
  await page.bringToFront();
  const count = () => page.evaluate(() => /** @type {any} */ (window).framesShown);
  await page.evaluate(() => {
    const video = /** @type {HTMLVideoElement} */ (document.querySelector('#preview'));
    Object.assign(window, { framesShown: 0 });
    const shown = () => {
      /** @type {any} */ (window).framesShown++;
      video.requestVideoFrameCallback(shown);
    };
    video.requestVideoFrameCallback(shown);
  });
  await until('new frames come', async () => (await count()) >= 5, { describe: count });
}
