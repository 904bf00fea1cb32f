// @ts-check
// A native camera, the test pattern at 720p30, in a page on the same machine:
// how long until its first picture, and how late its pictures are, in
// milliseconds. Usage: node e2e/bench/native.mjs [runs] [chromium|firefox]
import { launch } from '../lib/browsers.js';
import { NativeCamera } from '../lib/native.js';
import { Server } from '../lib/server.js';
import { delays } from '../lib/timecode.js';

const runs = Number(process.argv[2] ?? 10);
const name = /** @type {import('../lib/browsers.js').BrowserName} */ (process.argv[3] ?? 'chromium');

/** Runs in the page, before its scripts: when its connection was made, and when its first picture was shown. */
function clocked() {
  const times = Object.assign(window, { connection: 0, picture: 0 });
  const Connection = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Connection {
    /** @param {RTCConfiguration} [config] */
    constructor(config) {
      super(config);
      times.connection ||= performance.now();
    }
  };
  document.addEventListener('DOMContentLoaded', () => {
    const video = /** @type {HTMLVideoElement} */ (document.querySelector('#preview'));
    video.requestVideoFrameCallback(() => (times.picture = performance.now()));
  });
}

/** @param {number[]} numbers @param {number} share */
const quantile = (numbers, share) => Math.round(numbers.toSorted((a, b) => a - b)[Math.floor((numbers.length - 1) * share)]);

const browser = await launch(name);
const server = await Server.start();
/** @type {(() => Promise<unknown>)[]} */
const atEnd = [];
const camera = await NativeCamera.start({ after: (end) => atEnd.push(end) }, server.url, ['-camera', 'test']);
const link = await camera.link();
const [fromConnection, fromPage, late] = [/** @type {number[]} */ ([]), /** @type {number[]} */ ([]), /** @type {number[]} */ ([])];
try {
  for (let i = 0; i < runs; i++) {
    const context = await browser.createBrowserContext();
    const page = await context.newPage();
    await page.evaluateOnNewDocument(clocked);
    await page.goto(link);
    await page.waitForFunction('window.picture > 0');
    const { connection, picture } = await page.evaluate(() => { const { connection, picture } = /** @type {any} */ (window); return { connection, picture }; });
    fromConnection.push(picture - connection);
    fromPage.push(picture);
    late.push(...(await delays(page, { pictures: 60 })));
    await context.close();
  }
  console.log(`${name}, first picture after the page's connection was made: median ${quantile(fromConnection, 0.5)}, 95 % within ${quantile(fromConnection, 0.95)} ms`);
  console.log(`${name}, after the page was opened: median ${quantile(fromPage, 0.5)}, 95 % within ${quantile(fromPage, 0.95)} ms`);
  console.log(`${name}, pictures are late by: median ${quantile(late, 0.5)}, 95 % within ${quantile(late, 0.95)} ms, of ${late.length}`);
} finally {
  await browser.close();
  for (const end of atEnd) await end();
  await server.close();
}
