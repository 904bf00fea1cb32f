// @ts-check
// Every state that a person can meet on the pages, one line each: how to bring a
// page into it. Who checks something of all of them, or draws them, asks here.
import { cameraReady, open, press, says, shownLink } from './pages.js';
import { blankDevice, device, livePair, sendDevice, serve } from './scene.js';

/**
 * @typedef {import('node:test').TestContext} TestContext
 * @typedef {import('puppeteer-core').Page} Page
 */

/** @type {Record<string, (t: TestContext) => Promise<Page>>} */
export const STATES = {
  'start': (t) => opened(t, ''),
  'trust': (t) => opened(t, 'trust'),
  'trust-unfolded': async (t) => unfolded(await opened(t, 'trust')),

  'send-ready': (t) => sender(t),
  'send-waiting': (t) => sender(t, async (page) => (await press(page), says(page, /Waiting for a receiver/))),
  'send-live': async (t) => (await pair(t)).sender,
  'send-live-verified': async (t) => (await pair(t, { link: true })).sender,
  'send-paused': async (t) => paused((await pair(t)).sender),
  'send-settings': (t) => sender(t, async (page) => (await page.click('#quality'), await page.waitForSelector('#settings[open] #tool-focusMode'))),
  'send-inviting': (t) => sender(t, (page) => invite(page)),
  'send-viewers': (t) => sender(t, (page) => watched(t, page)),
  'send-opening': (t) => opened(t, 'send', { before: cameraThatNeverOpens, words: /Opening the camera/ }),
  'send-denied': (t) => opened(t, 'send', { before: refuseCamera, argument: 'NotAllowedError', words: /may not use the camera/ }),
  'send-no-camera': (t) => opened(t, 'send', { before: refuseCamera, argument: 'NotFoundError', words: /no camera/ }),
  'send-busy': (t) => opened(t, 'send', { before: refuseCamera, argument: 'NotReadableError', words: /in use by another program/ }),
  'send-insecure': (t) => opened(t, 'send', { before: beInsecure, words: /only to secure pages/ }),
  'send-unsupported': (t) => opened(t, 'send', { before: haveNoWebRTC, words: /no WebRTC/ }),
  'send-wrong-link': (t) => opened(t, 'send#to=abcdefgh', { then: cameraReady, words: /link is not whole/ }),
  'send-no-lobby': (t) => opened(t, 'send', { flags: ['-lobby=false'], then: cameraReady, words: /lobby switched off/ }),
  'send-unplugged': (t) => sender(t, async (page) => (await page.evaluate(unplug), says(page, /camera was disconnected/))),
  'send-taken-over': (t) => sender(t, duplicate),
  'send-no-server': (t) => sender(t, async (page, server) => (await press(page), await server.kill(), says(page, /No connection to the server/))),

  'receive-waiting': (t) => opened(t, 'receive', { words: /Waiting for a camera/ }),
  'receive-waiting-for-link': (t) => opened(t, `receive#from=abcdefghijklmnopqrstuv&key=${'A'.repeat(43)}`, { words: /Waiting for the camera/ }),
  'receive-live': async (t) => (await pair(t)).receiver,
  'receive-live-verified': async (t) => (await pair(t, { link: true })).receiver,
  'receive-statistics': (t) => statistics(t),
  'receive-several': (t) => several(t),
  'receive-one-of-several': async (t) => chosen(await several(t)),
  'receive-adding': (t) => operated(t, '#add', '#adding[open]'),
  'receive-keys': (t) => operated(t, '#help', 'dialog.keys[open]'),
  'receive-reconnecting': (t) => crashed(t),
  'receive-ended': (t) => ended(t),
  'receive-refused': (t) => refused(t),
  'receive-unfit': (t) => unfit(t),
  'receive-taken-over': (t) => takenOver(t),
  'receive-unsupported': (t) => opened(t, 'receive', { before: haveNoWebRTC, words: /no WebRTC/ }),
  'receive-insecure': (t) => opened(t, `receive#from=abcdefghijklmnopqrstuv&key=${'A'.repeat(43)}`, { before: beInsecure, words: /only on secure pages/ }),
  'receive-wrong-link': (t) => opened(t, 'receive#from=abcdefgh&key=short', { words: /link is not whole/ }),
  'receive-no-lobby': (t) => opened(t, 'receive', { flags: ['-lobby=false'], words: /lobby switched off/ }),
  'receive-no-server': (t) => opened(t, 'receive', { then: (_, server) => server.kill(), words: /No connection to the server/ }),
};

/**
 * @typedef {import('./server.js').Server} Server
 * @typedef {object} Opening
 * @property {string[]} [flags] of the server
 * @property {(argument: string) => void} [before] runs in the page before its own scripts
 * @property {string} [argument] for it
 * @property {(page: Page, server: Server) => Promise<unknown>} [then]
 * @property {RegExp} [words] that the page says in this state
 */

/**
 * A page of a server of its own, once it says what it is to say.
 *
 * @param {TestContext} t
 * @param {string} path
 * @param {Opening} [opening]
 */
async function opened(t, path, { flags = [], before, argument = '', then, words } = {}) {
  const server = await serve(t, ['-https=false', ...flags]);
  const page = await blankDevice(t);
  if (before) await page.evaluateOnNewDocument(before, argument);
  await page.goto(`${server.url}/${path}`);
  await then?.(page, server);
  if (words) await says(page, words);
  return page;
}

/**
 * A send page with its camera open, and what then happens to it.
 *
 * @param {TestContext} t
 * @param {(page: Page, server: Server) => Promise<unknown>} [then]
 */
async function sender(t, then) {
  const server = await serve(t);
  const page = await sendDevice(t, server.url);
  await then?.(page, server);
  return page;
}

/**
 * @param {TestContext} t
 * @param {Parameters<typeof livePair>[2]} [options]
 */
async function pair(t, options) {
  const server = await serve(t);
  const both = await livePair(t, server.url, options);
  const trust = options?.link ? /Verified end to end/ : /both pages say/;
  for (const page of [both.sender, both.receiver]) await says(page, trust);
  return both;
}

/** @param {TestContext} t */
async function several(t) {
  const server = await serve(t);
  const { receiver } = await livePair(t, server.url, { link: true });
  await press(await sendDevice(t, server.url));
  await says(receiver, /^Live · 2 cameras$/m);
  await receiver.waitForSelector('#panel', { visible: true });
  return receiver;
}

/** @param {Page} page */
async function chosen(page) {
  await page.keyboard.press('1');
  await says(page, /^Verified end to end$/m);
  return page;
}

/**
 * @param {TestContext} t
 * @param {string} button
 * @param {string} shown
 */
async function operated(t, button, shown) {
  const { receiver } = await pair(t);
  await receiver.bringToFront();
  await receiver.waitForSelector('#panel', { visible: true });
  await receiver.click(button);
  await receiver.waitForSelector(shown);
  return receiver;
}

/** @param {Page} page */
async function invite(page) {
  await page.click('#invite');
  return shownLink(page);
}

/**
 * @param {TestContext} t
 * @param {Page} page
 */
async function watched(t, page) {
  const link = await invite(page);
  await page.click('#done');
  for (let i = 0; i < 2; i++) await says(await device(t, link), /^Live$/m);
  await page.waitForSelector('#viewers li:nth-child(2)');
}

/** @param {TestContext} t */
async function statistics(t) {
  const { receiver } = await pair(t);
  await receiver.keyboard.press('i');
  await receiver.waitForSelector('.stats path[d^="M"]');
  return receiver;
}

/** @param {TestContext} t */
async function ended(t) {
  const { sender, receiver } = await pair(t);
  await sender.waitForSelector('#start[aria-disabled="false"]');
  await press(sender);
  await says(receiver, /The camera has stopped/);
  return receiver;
}

/** The camera's page dies without a word. @param {TestContext} t */
async function crashed(t) {
  const { sender, receiver } = await pair(t);
  const chromium = await sender.createCDPSession();
  void chromium.send('Page.crash').catch(() => {}); // no answer comes
  await says(receiver, /Reconnecting/);
  return receiver;
}

/** @param {Page} page */
async function paused(page) {
  await page.bringToFront();
  await page.click('#pause');
  await says(page, /^Paused/m);
  return page;
}

/** The browser's "Duplicate tab", which copies what the tab keeps. @param {Page} page */
async function duplicate(page) {
  await press(page);
  await says(page, /Waiting for a receiver/);
  await page.evaluate(() => void window.open(location.href));
  await says(page, /open in another tab too/);
}

/** Somebody without the key wrote to the link's inbox. @param {TestContext} t */
async function refused(t) {
  const server = await serve(t);
  const page = await device(t, `${server.url}/receive`);
  const to = new URLSearchParams(new URL(await shownLink(page)).hash.slice(1)).get('to');
  await says(page, /Waiting for a camera/);
  const headers = { Authorization: `Basic ${btoa('third:p')}` };
  await fetch(`${server.url}/inbox?to=${to}`, { method: 'POST', body: '{"type":"watch"}', headers });
  await says(page, /not sealed was refused/);
  return page;
}

/** A camera of the lobby offers, and has no codec that this browser shows. @param {TestContext} t */
async function unfit(t) {
  const server = await serve(t);
  const page = await device(t, `${server.url}/receive`);
  await says(page, /Waiting for a camera/);
  const sdp = await page.evaluate(async () => {
    const pc = new RTCPeerConnection();
    pc.addTransceiver('video', { direction: 'sendonly' });
    const { sdp } = await pc.createOffer();
    pc.close();
    return sdp;
  });
  for (const message of [{ type: 'offer', sdp }, { type: 'state', video: 'unsupported', codecs: 'H265' }]) {
    const headers = { Authorization: `Basic ${btoa('camera:p')}` };
    await fetch(`${server.url}/inbox?to=receiver`, { method: 'POST', body: JSON.stringify({ ...message, session: 's' }), headers });
  }
  await says(page, /This browser cannot show this camera, which sends H265/);
  return page;
}

/** @param {TestContext} t */
async function takenOver(t) {
  const server = await serve(t);
  const page = await device(t, `${server.url}/receive`);
  await says(page, /Waiting for a camera/);
  await open(page.browserContext(), `${server.url}/receive`);
  await says(page, /A newer tab shows the camera now/);
  await page.bringToFront();
  return page;
}

/** @param {Page} page */
async function unfolded(page) {
  await page.evaluate(() => document.querySelectorAll('details').forEach((details) => (details.open = true)));
  return page;
}

// What follows runs in the page, before its own scripts.

/** @param {string} name of the error */
function refuseCamera(name) {
  navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', name));
}

function cameraThatNeverOpens() {
  navigator.mediaDevices.getUserMedia = () => new Promise(() => {});
}

/** Runs in the page at any time: the browser says that the camera is gone. */
export function unplug() {
  const { srcObject } = /** @type {HTMLVideoElement} */ (document.querySelector('#preview'));
  const [track] = /** @type {MediaStream} */ (srcObject).getVideoTracks();
  track.stop();
  track.dispatchEvent(new Event('ended'));
}

function beInsecure() {
  Object.defineProperty(window, 'isSecureContext', { value: false });
}

function haveNoWebRTC() {
  Reflect.deleteProperty(window, 'RTCPeerConnection');
}
