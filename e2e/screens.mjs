// @ts-check
// Makes the pictures that the README shows, afresh from the pages as they are:
// node e2e/screens.mjs. They are small PNG files in docs/screens.
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { launch } from './lib/browsers.js';
import { cameraReady, moves, open, press, says } from './lib/pages.js';
import { Server } from './lib/server.js';

const folder = fileURLToPath(new URL('../docs/screens/', import.meta.url));
const PHONE = { width: 360, height: 740 };
const DESKTOP = { width: 960, height: 600 };

/**
 * @param {import('puppeteer-core').Page} page
 * @param {string} name
 * @param {{width: number, height: number}} viewport
 */
async function shoot(page, name, viewport) {
  await page.setViewport(viewport);
  await page.bringToFront();
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
  await page.screenshot({ path: `${folder}${name}.png` });
}

await mkdir(folder, { recursive: true });
const browser = await launch('chromium');
const server = await Server.start();
try {
  const receiver = await open(browser, `${server.url}/receive`);
  await says(receiver, /Waiting for a camera/);
  const sender = await open(browser, `${server.url}/send`);
  await cameraReady(sender);
  await press(sender);
  await moves(receiver);
  await shoot(receiver, 'receive-live-desktop', DESKTOP);
  await shoot(sender, 'send-live-phone', PHONE);
} finally {
  await browser.close();
  await server.close();
}
