// @ts-check
// The looks that a page has: on a phone, upright and on its side, and on a
// desk, dark and light.
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** @typedef {import('puppeteer-core').Page} Page */

// No isMobile or hasTouch: to change those Chromium loads the page anew.
const PHONE = { width: 360, height: 740 };
const SIDEWAYS = { width: 740, height: 360 };
const DESKTOP = { width: 1440, height: 900 };

export const LOOKS = [
  { name: 'phone-dark', viewport: PHONE, scheme: 'dark' },
  { name: 'phone-light', viewport: PHONE, scheme: 'light' },
  { name: 'phone-sideways', viewport: SIDEWAYS, scheme: 'dark' },
  { name: 'desktop-dark', viewport: DESKTOP, scheme: 'dark' },
  { name: 'desktop-light', viewport: DESKTOP, scheme: 'light' },
];

const folder = fileURLToPath(new URL('../artifacts/screens/', import.meta.url));

/**
 * Gives a page a look, with nothing moving but the picture.
 *
 * @param {Page} page in Chromium
 * @param {typeof LOOKS[number]} look
 */
export async function wear(page, { viewport, scheme }) {
  await page.emulateMediaFeatures([
    { name: 'prefers-color-scheme', value: scheme },
    { name: 'prefers-reduced-motion', value: 'reduce' },
  ]);
  await page.setViewport(viewport);
  await page.bringToFront();
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
}

/**
 * Draws a page as it looks now, for people to look at: e2e/artifacts/screens/NAME.png.
 *
 * @param {Page} page
 * @param {string} name
 */
export async function draw(page, name) {
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: `${folder}${name}.png` });
}
