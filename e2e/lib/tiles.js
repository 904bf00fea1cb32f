// @ts-check
// The cameras on a receive page.
import { cameraReady, moves, press } from './pages.js';
import { catchDownloads } from './saved.js';
import { blankDevice, serve } from './scene.js';
import { until } from './until.js';

/**
 * @typedef {import('puppeteer-core').Page} Page
 * @typedef {{name: string, state: string, left: number, top: number, width: number, height: number, picture: string}} Seen
 */

/** The cameras that can be seen, each with a fingerprint of its frame. @param {Page} page @returns {Promise<Seen[]>} */
export function seenTiles(page) {
  return page.evaluate(() => {
    const canvas = document.createElement('canvas');
    canvas.width = canvas.height = 32;
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d', { willReadFrequently: true }));
    const fingerprint = (/** @type {HTMLVideoElement} */ video) => {
      if (video.readyState < 2 || video.paused) return '';
      context.drawImage(video, 0, 0, 32, 32);
      return String(context.getImageData(0, 0, 32, 32).data.reduce((hash, byte) => (hash * 31 + byte) | 0, 0));
    };
    const tiles = [...document.querySelectorAll('.tile')].filter((tile) => tile.checkVisibility({ visibilityProperty: true }));
    return tiles.map((tile) => {
      const { left, top, width, height } = tile.getBoundingClientRect();
      const video = /** @type {HTMLVideoElement} */ (tile.querySelector('video'));
      const name = tile.querySelector('.name')?.textContent ?? '';
      return { name, state: /** @type {HTMLElement} */ (tile).dataset.state ?? '', left, top, width, height, picture: fingerprint(video) };
    });
  });
}

/**
 * Waits until so many cameras can be seen, all live, with frames that differ.
 *
 * @param {Page} page
 * @param {number} count
 * @returns {Promise<Seen[]>}
 */
export async function tilesMove(page, count) {
  /** @type {Map<string, Set<string>>} */
  const pictures = new Map();
  return until(`${count} cameras move`, async () => {
    const tiles = await seenTiles(page);
    for (const { name, picture } of tiles) {
      if (!pictures.has(name)) pictures.set(name, new Set());
      if (picture) pictures.get(name)?.add(picture);
    }
    const moving = tiles.every(({ name, state }) => state === 'live' && (pictures.get(name)?.size ?? 0) > 3);
    return tiles.length === count && moving ? tiles : undefined;
  }, { describe: () => seenTiles(page) });
}

/**
 * A device with the send page, its camera open and called so by its owner.
 *
 * @param {import('node:test').TestContext} t
 * @param {string} url of the server, or a link
 * @param {string} name
 * @param {() => void} [before] runs in the page before its own scripts
 */
export async function namedCamera(t, url, name, before) {
  const page = await blankDevice(t);
  if (before) await page.evaluateOnNewDocument(before);
  await page.evaluateOnNewDocument((name) => {
    // A small picture, which leaves the processor to the page under test.
    if (location.protocol !== 'about:') localStorage.setItem('send-choices', JSON.stringify({ name, height: 240, frameRate: 15 }));
  }, name);
  await page.goto(url.includes('#') ? url : `${url}/send`);
  await cameraReady(page);
  return page;
}

/**
 * A receive page, live, in front, with its bar, and its downloads caught. The camera is called Kitchen.
 *
 * @param {import('node:test').TestContext} t
 * @param {import('./browsers.js').BrowserName} name
 */
export async function watching(t, name) {
  const server = await serve(t);
  const receiver = await blankDevice(t, name);
  await catchDownloads(receiver);
  await receiver.goto(`${server.url}/receive`);
  const sender = await namedCamera(t, server.url, 'Kitchen');
  await press(sender);
  await moves(receiver);
  await receiver.bringToFront();
  await receiver.waitForSelector('#panel', { visible: true });
  return { server, receiver, sender };
}

/** The size of the picture as it came, and the box that it fills on the screen. @param {import('puppeteer-core').Page} page */
export const picture = (page) => page.$eval('#preview', (video) => {
  const { videoWidth, videoHeight } = /** @type {HTMLVideoElement} */ (video);
  const { width, height } = video.getBoundingClientRect();
  return { size: [videoWidth, videoHeight], box: [Math.round(width), Math.round(height)], fit: getComputedStyle(video).objectFit };
});
