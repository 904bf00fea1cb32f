// @ts-check
// A receive page that was in the background shows what is now, not what it missed.
import assert from 'node:assert/strict';
import test from 'node:test';
import { NativeCamera } from './lib/native.js';
import { moves } from './lib/pages.js';
import { device, serve } from './lib/scene.js';
import { delays } from './lib/timecode.js';
import { until } from './lib/until.js';

/** @typedef {import('puppeteer-core').Page} Page */

/** How long the page is in the background, in milliseconds: a picture that is behind is so by that much. */
const AWAY = 3000;

/** Whether the browser draws the page. @param {Page} page */
const hidden = (page) => page.evaluate(() => document.hidden);

/**
 * A viewer of a camera whose picture has the time in it, which was in the background for a while.
 *
 * @param {import('node:test').TestContext} t
 * @param {import('./lib/browsers.js').BrowserName} name
 * @param {() => void} [meanwhile] runs in the page once it is in the background
 */
async function returned(t, name, meanwhile = () => {}) {
  const server = await serve(t);
  const camera = await NativeCamera.start(t, server.url);
  const viewer = await device(t, await camera.link(), name);
  await moves(viewer);
  const other = await viewer.browserContext().newPage();
  await other.bringToFront();
  await until('the page is in the background', () => hidden(viewer));
  await viewer.evaluate(meanwhile);
  const left = Date.now();
  await until('time has passed', () => Date.now() - left > AWAY);
  const watched = delays(viewer, { pictures: 20 }); // draws begin when it can be seen
  await viewer.bringToFront();
  assert.equal(await hidden(viewer), false);
  return watched;
}

/** Runs in the page: what some browsers do to a video that nobody can see. */
function pauseVideo() {
  /** @type {HTMLVideoElement} */ (document.querySelector('#preview')).pause();
}

for (const name of /** @type {const} */ (['chromium', 'firefox'])) {
  for (const [what, meanwhile] of /** @type {const} */ ([['', undefined], [', where the browser paused its video', pauseVideo]])) {
    test(`${name}: a page that was in the background${what} catches up`, async (t) => {
      const late = await returned(t, name, meanwhile);
      assert.equal(late.length, 20, 'the picture goes on');
      // The frame that was on the screen when the page was left may be seen for a moment.
      assert.ok(late.slice(1).every((ms) => ms < AWAY / 2), `delays of ${late} ms`);
    });
  }
}
