// @ts-check
// The pages can be put on a home screen or into a dock, as an app of their own.
import assert from 'node:assert/strict';
import test from 'node:test';
import { device, serve } from './lib/scene.js';

const PAGES = ['', 'send', 'receive', 'trust'];

/** What headless Chromium says of every page in a context of its own. */
const ALWAYS = ['in-incognito'];

test('every page leads to the manifest, and Chromium finds nothing wrong with it', async (t) => {
  const server = await serve(t);
  for (const path of PAGES) {
    const page = await device(t, `${server.url}/${path}`);
    const chromium = await page.createCDPSession();
    const manifest = await chromium.send('Page.getAppManifest');
    assert.equal(manifest.url, `${server.url}/manifest.webmanifest`, `/${path}`);
    assert.deepEqual(manifest.errors, [], `/${path}`);
    const { installabilityErrors } = await chromium.send('Page.getInstallabilityErrors');
    const found = installabilityErrors.map(({ errorId }) => errorId).filter((id) => !ALWAYS.includes(id));
    assert.deepEqual(found, [], `/${path}`);
  }
});

test('what the manifest names is there: pages, and icons of the size that it says', async (t) => {
  const server = await serve(t);
  const at = (/** @type {string} */ path) => new URL(path, `${server.url}/manifest.webmanifest`).href;
  const answer = await fetch(at(''));
  assert.equal(answer.headers.get('content-type'), 'application/manifest+json');
  const manifest = await answer.json();
  for (const url of [manifest.start_url, ...manifest.shortcuts.map((/** @type {{url: string}} */ { url }) => url)]) {
    assert.match((await fetch(at(url))).headers.get('content-type') ?? '', /^text\/html/, url);
  }
  const page = await device(t, server.url);
  for (const { src, sizes, type } of manifest.icons) {
    const file = await fetch(at(src));
    assert.equal(file.headers.get('content-type'), type);
    assert.ok((await file.arrayBuffer()).byteLength < 10_000, `${src} is large`);
    if (type === 'image/png') assert.equal(await sizeOf(page, at(src)), sizes, src);
  }
});

/**
 * @param {import('puppeteer-core').Page} page
 * @param {string} src
 */
function sizeOf(page, src) {
  return page.evaluate(async (src) => {
    const image = new Image();
    image.src = src;
    await image.decode();
    return `${image.naturalWidth}x${image.naturalHeight}`;
  }, src);
}
