// @ts-check
// Makes the pictures that the README shows, afresh from the pages as they are:
// `npm run screens`. They are PNG files in docs/screens, made small with pngquant
// where there is one. (All states in all looks are drawn by lib/accessible.js.)
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, stat } from 'node:fs/promises';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { wear } from './lib/looks.js';
import { paintedCameras } from './lib/painted.js';
import { cameraReady, moves, press, says, shownLink } from './lib/pages.js';
import { blankDevice, device, serve } from './lib/scene.js';
import { until } from './lib/until.js';

/** @typedef {import('puppeteer-core').Page} Page */

const folder = fileURLToPath(new URL('../docs/screens/', import.meta.url));
const PHONE = { width: 360, height: 740 };
const DESKTOP = { width: 960, height: 600 };

/** What looks the same in both, as a picture that fills the screen does, is drawn once. */
const SCHEMES = /** @type {const} */ (['dark', 'light']);

/** What a picture may weigh, in bytes: the README is read on phones too. */
const WEIGHT = 60_000;

test('the pictures of the README', async (t) => {
  await mkdir(folder, { recursive: true });
  const server = await serve(t);
  const receiver = await device(t, `${server.url}/receive`);
  const link = await shownLink(receiver);
  for (const scheme of SCHEMES) await shoot(receiver, `receive-waiting-desktop-${scheme}`, DESKTOP, scheme);
  const sender = await blankDevice(t);
  await sender.evaluateOnNewDocument(paintedCameras);
  await sender.goto(link);
  await cameraReady(sender);
  await press(sender);
  await moves(receiver);
  for (const page of [sender, receiver]) await says(page, /Verified end to end/);
  await until('the figures are there', () => sender.$eval('#figures', (figures) => /bit/.test(figures.textContent ?? '')));
  await shoot(receiver, 'receive-live-desktop', DESKTOP);
  await shoot(sender, 'send-live-phone', PHONE);
  await wear(sender, { name: '', viewport: PHONE, scheme: 'dark' });
  await sender.click('#quality');
  await sender.waitForSelector('#settings[open]');
  for (const scheme of SCHEMES) await shoot(sender, `send-settings-phone-${scheme}`, PHONE, scheme);
});

/**
 * @param {Page} page
 * @param {string} name
 * @param {{width: number, height: number}} viewport
 * @param {'dark' | 'light'} [scheme]
 */
async function shoot(page, name, viewport, scheme = 'dark') {
  await wear(page, { name, viewport, scheme });
  const path = `${folder}${name}.png`;
  await page.screenshot({ path });
  await promisify(execFile)('pngquant', ['--force', '--skip-if-larger', '--output', path, '64', path]).catch((error) => {
    if (error.code !== 'ENOENT' && error.code !== 98) throw error; // not installed; or no smaller
  });
  const { size } = await stat(path);
  assert.ok(size < WEIGHT, `${name}.png has ${size} bytes`);
}
