// @ts-check
import assert from 'node:assert/strict';
import { after } from 'node:test';
import { launch } from './browsers.js';
import { cameraReady, open } from './pages.js';
import { Server } from './server.js';

/** @typedef {import('./browsers.js').BrowserName} BrowserName */

/** @type {Map<BrowserName, Promise<import('./browsers.js').Browser>>} */
const browsers = new Map();

after(async () => {
  for (const browser of browsers.values()) await (await browser).close();
});

/**
 * The browser of this name that the tests of a file share.
 *
 * @param {BrowserName} [name]
 */
export function browser(name = 'chromium') {
  const running = browsers.get(name) ?? launch(name);
  browsers.set(name, running);
  return running;
}

/**
 * A server for one test.
 *
 * @param {import('node:test').TestContext} t
 * @param {string[]} [args]
 */
export async function serve(t, args) {
  const server = await Server.start(args);
  t.after(() => server.close());
  return server;
}

/**
 * Another device with a page of the server open; it goes away with the test,
 * which fails if the page had an error that nobody handled.
 *
 * @param {import('node:test').TestContext} t
 * @param {string} url
 * @param {BrowserName} [name]
 */
export async function device(t, url, name) {
  const page = await open(await browser(name), url);
  /** @type {string[]} */
  const errors = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => {
    if (message.text().includes('Content Security Policy')) errors.push(message.text());
  });
  t.after(async () => {
    await page.browserContext().close();
    assert.deepEqual(errors, []);
  });
  return page;
}

/**
 * A device with the send page, its camera open.
 *
 * @param {import('node:test').TestContext} t
 * @param {string} url of the server
 * @param {BrowserName} [name]
 */
export async function sendDevice(t, url, name) {
  const page = await device(t, `${url}/send`, name);
  await cameraReady(page);
  return page;
}
