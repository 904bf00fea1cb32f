// @ts-check
import assert from 'node:assert/strict';
import { after } from 'node:test';
import { launch } from './browsers.js';
import { cameraReady, moves, press, shownLink } from './pages.js';
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
 * Another device, nothing open yet. It goes away with the test, which fails if
 * a page had an error that nobody handled, or asked anything of another server
 * than that of its first page: the pages must do where there is no internet.
 *
 * @param {import('node:test').TestContext} t
 * @param {BrowserName} [name]
 */
export async function blankDevice(t, name) {
  const context = await (await browser(name)).createBrowserContext();
  const page = await context.newPage();
  /** @type {string[]} */
  const errors = [];
  const servers = serversAskedBy(page);
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => {
    if (message.text().includes('Content Security Policy')) errors.push(message.text());
  });
  t.after(async () => {
    await context.close();
    assert.deepEqual(errors, []);
    assert.ok(servers.size <= 1, `one page asked several servers: ${[...servers]}`);
  });
  return page;
}

/**
 * The origins that a page asks anything of, from now on.
 *
 * @param {import('puppeteer-core').Page} page
 */
export function serversAskedBy(page) {
  /** @type {Set<string>} */
  const origins = new Set();
  page.on('request', (request) => {
    const { protocol, origin } = new URL(request.url());
    if (!['about:', 'blob:', 'data:'].includes(protocol)) origins.add(origin);
  });
  return origins;
}

/**
 * A {@link blankDevice} with a page of the server open.
 *
 * @param {import('node:test').TestContext} t
 * @param {string} url
 * @param {BrowserName} [name]
 */
export async function device(t, url, name) {
  const page = await blankDevice(t, name);
  await page.goto(url);
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

/**
 * Two devices that met, the picture moving: in the lobby, or by the receive page's link.
 *
 * @param {import('node:test').TestContext} t
 * @param {string} url of the server
 * @param {{from?: BrowserName, to?: BrowserName, link?: boolean}} [options]
 */
export async function livePair(t, url, { from, to, link = false } = {}) {
  const receiver = await device(t, `${url}/receive`, to);
  const sender = link ? await device(t, await shownLink(receiver), from) : await device(t, `${url}/send`, from);
  await cameraReady(sender);
  await press(sender);
  await moves(receiver);
  return { sender, receiver };
}
