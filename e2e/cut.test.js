// @ts-check
// Packets between two pages that are connected fall, for a while: what the
// person sees meanwhile, and that the picture comes back without a tap.
import assert from 'node:assert/strict';
import test, { after } from 'node:test';
import { launch } from './lib/browsers.js';
import { cameraReady, moves, press, says } from './lib/pages.js';
import { Relay } from './lib/relay.js';
import { serve } from './lib/scene.js';
import { until } from './lib/until.js';

/** @type {Map<import('./lib/browsers.js').BrowserName, Promise<import('./lib/browsers.js').Browser>>} */
const browsers = new Map();
after(async () => {
  for (const browser of browsers.values()) await (await browser).close();
});

/** A browser whose host candidates are addresses, which the relay can reach. @param {import('./lib/browsers.js').BrowserName} name */
function browser(name) {
  const running = browsers.get(name) ?? launch(name, { args: ['--disable-features=WebRtcHideLocalIpsWithMdns'] });
  browsers.set(name, running);
  return running;
}

/**
 * Two pages that show and send a picture through a relay.
 *
 * @param {import('node:test').TestContext} t
 * @param {import('./lib/browsers.js').BrowserName} from
 * @param {import('./lib/browsers.js').BrowserName} to
 */
async function liveThroughRelay(t, from, to) {
  const server = await serve(t);
  const relay = new Relay();
  t.after(() => relay.close());
  /** @param {import('./lib/browsers.js').BrowserName} name @param {string} path */
  const open = async (name, path) => {
    const context = await (await browser(name)).createBrowserContext();
    t.after(() => context.close());
    const page = await context.newPage();
    await relay.between(page);
    await page.goto(`${server.url}${path}`);
    return page;
  };
  const receiver = await open(to, '/receive');
  const sender = await open(from, '/send');
  await cameraReady(sender);
  await press(sender);
  await moves(receiver);
  return { relay, sender, receiver };
}

/** @param {import('puppeteer-core').Page} page */
const connectionsMade = (page) => page.evaluate(() => /** @type {number} */ (/** @type {any} */ (globalThis).connectionsMade));

for (const [from, to] of /** @type {const} */ ([['chromium', 'chromium'], ['firefox', 'chromium'], ['chromium', 'firefox']])) {
  test(`${from} to ${to}: a short cut is said, and the same connection finds another way`, async (t) => {
    const { relay, sender, receiver } = await liveThroughRelay(t, from, to);
    const before = [await connectionsMade(sender), await connectionsMade(receiver)];
    relay.cut = true;
    await says(receiver, /Reconnecting/);
    relay.cut = false;
    await says(receiver, /^Live/m);
    await moves(receiver);
    assert.deepEqual([await connectionsMade(sender), await connectionsMade(receiver)], before);
  });

  test(`${from} to ${to}: after a long cut there is a new connection`, async (t) => {
    const { relay, sender, receiver } = await liveThroughRelay(t, from, to);
    const before = await connectionsMade(sender);
    relay.cut = true;
    await until('the sender has given the connection up', async () => (await connectionsMade(sender)) > before, { timeout: 60_000 });
    relay.cut = false;
    await says(receiver, /^Live/m);
    await moves(receiver);
  });
}
