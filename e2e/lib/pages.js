// @ts-check
import { until } from './until.js';

/** @typedef {import('puppeteer-core').Page} Page */

/**
 * Opens a page of the server in a context of its own: to the pages that is
 * another device.
 *
 * @param {import('puppeteer-core').Browser | import('puppeteer-core').BrowserContext} where
 * @param {string} url
 */
export async function open(where, url) {
  const context = 'createBrowserContext' in where ? await where.createBrowserContext() : where;
  const page = await context.newPage();
  await page.goto(url);
  return page;
}

/** Waits until the send page has its camera. @param {Page} page */
export async function cameraReady(page) {
  const ready = () => page.evaluate(() => {
    const video = /** @type {HTMLVideoElement} */ (document.querySelector('#preview'));
    return video.videoWidth > 0 && document.querySelector('#devices option') !== null;
  });
  await until('the camera is open and listed', ready, { describe: () => words(page) });
}

/** Presses Start, or Stop. @param {Page} page */
export function press(page) {
  return page.click('#start');
}

/**
 * Waits until the page decodes pictures that differ from each other, counted
 * from now on.
 *
 * @param {Page} page
 * @param {{timeout?: number}} [options]
 */
export async function moves(page, options) {
  /** @type {Set<string>} */
  const seen = new Set();
  const ask = async () => {
    const picture = await page.evaluate(pictureOf);
    if (picture) seen.add(picture);
    return seen.size >= 4;
  };
  await until('the picture moves', ask, { ...options, describe: () => words(page) });
}

/** Runs in the page: a fingerprint of the frame that is on the screen, '' when there is none. */
function pictureOf() {
  const video = /** @type {HTMLVideoElement} */ (document.querySelector('#preview'));
  const shown = getComputedStyle(video).visibility === 'visible';
  if (video.readyState < 2 || video.videoWidth === 0 || video.paused || !shown) return '';
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = 64;
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d', { willReadFrequently: true }));
  context.drawImage(video, 0, 0, 64, 64);
  const { data } = context.getImageData(0, 0, 64, 64);
  let hash = 0;
  for (let i = 0; i < data.length; i++) hash = (hash * 31 + data[i]) | 0;
  return String(hash);
}

/**
 * Waits until the page says something that fits.
 *
 * @param {Page} page
 * @param {RegExp} pattern
 * @param {{timeout?: number}} [options]
 */
export async function says(page, pattern, options) {
  const ask = async () => pattern.test((await words(page)).join('\n'));
  await until(`the page says ${pattern}`, ask, { ...options, describe: () => words(page) });
}

/** What a person can read on the page. @param {Page} page */
export function words(page) {
  return page.evaluate(() => {
    const texts = [...document.querySelectorAll('#status, #shield, #hint, #note, #notice, #trouble')];
    return texts.filter((e) => e.checkVisibility()).map((e) => /** @type {HTMLElement} */ (e).innerText);
  });
}

/** Presses the button of the card. @param {Page} page */
export function pressAction(page) {
  return page.click('#action');
}

/** The link that a page shows, once it does. @param {Page} page */
export function shownLink(page) {
  const ask = () => page.evaluate(() => /** @type {HTMLInputElement} */ (document.querySelector('#link')).value);
  return until('the page shows a link', ask);
}
