// @ts-check
// Makes the pictures that the README shows, afresh from the pages as they are:
// `npm run screens`. They are PNG files in docs/screens, made small with pngquant
// where there is one. (All states in all looks are drawn by accessibility.test.js.)
import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { wear } from './lib/looks.js';
import { paintedCameras } from './lib/painted.js';
import { cameraReady, moves, press, says, shownLink } from './lib/pages.js';
import { blankDevice, device, serve } from './lib/scene.js';

/** @typedef {import('puppeteer-core').Page} Page */

const folder = fileURLToPath(new URL('../docs/screens/', import.meta.url));
const PHONE = { width: 360, height: 740 };
const DESKTOP = { width: 960, height: 600 };

test('the pictures of the README', async (t) => {
  await mkdir(folder, { recursive: true });
  const server = await serve(t);
  const receiver = await device(t, `${server.url}/receive`);
  const link = await shownLink(receiver);
  await shoot(receiver, 'receive-waiting-desktop', DESKTOP);
  const sender = await blankDevice(t);
  await sender.evaluateOnNewDocument(paintedCameras);
  await sender.goto(link);
  await cameraReady(sender);
  await press(sender);
  await moves(receiver);
  for (const page of [sender, receiver]) await says(page, /Verified end to end/);
  await shoot(receiver, 'receive-live-desktop', DESKTOP);
  await shoot(sender, 'send-live-phone', PHONE);
});

/**
 * @param {Page} page
 * @param {string} name
 * @param {{width: number, height: number}} viewport
 */
async function shoot(page, name, viewport) {
  await wear(page, { name, viewport, scheme: 'dark' });
  const path = `${folder}${name}.png`;
  await page.screenshot({ path });
  await promisify(execFile)('pngquant', ['--force', '--skip-if-larger', '--output', path, '64', path]).catch((error) => {
    if (error.code !== 'ENOENT' && error.code !== 98) throw error; // not installed; or no smaller
  });
}
