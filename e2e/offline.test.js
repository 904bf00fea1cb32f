// @ts-check
// The pages do where there is no internet: a local network, or one machine,
// is all that they need. That no page asks another server is watched in every
// test (blankDevice); here is that the watch sees, and what it cannot see.
import assert from 'node:assert/strict';
import test from 'node:test';
import { launch } from './lib/browsers.js';
import { cameraReady, moves, open, press, shownLink } from './lib/pages.js';
import { blankDevice, browser, serve, serversAskedBy } from './lib/scene.js';

/** @typedef {import('puppeteer-core').Page} Page */

for (const name of /** @type {const} */ (['chromium', 'firefox'])) {
  test(`${name}: no STUN or TURN server unless the server names one`, async (t) => {
    const server = await serve(t);
    const receiver = await blankDevice(t, name);
    const sender = await blankDevice(t, name);
    for (const page of [receiver, sender]) await page.evaluateOnNewDocument(recordICEServers);
    await receiver.goto(`${server.url}/receive`);
    await sender.goto(await shownLink(receiver));
    await cameraReady(sender);
    await press(sender);
    await moves(receiver);
    for (const page of [receiver, sender]) {
      const used = await page.evaluate(() => Reflect.get(window, 'usedICEServers'));
      assert.ok(used.length > 0, 'no connection was made');
      assert.deepEqual(used.flat(), []);
    }
  });

  test(`${name}: the watch sees a request to another server`, async (t) => {
    const server = await serve(t);
    const other = await serve(t);
    const context = await (await browser(name)).createBrowserContext();
    t.after(() => context.close());
    const page = await context.newPage();
    const servers = serversAskedBy(page);
    await page.goto(`${server.url}/healthz`); // no page of ours, so without its policy
    assert.deepEqual([...servers], [server.url]);
    await page.evaluate((url) => fetch(url, { mode: 'no-cors' }).then(() => {}), `${other.url}/healthz`);
    assert.deepEqual([...servers], [server.url, other.url]);
  });
}

test('with no name of any host to be found, the picture comes all the same', async (t) => {
  const server = await serve(t);
  const island = await launch('chromium', { args: ['--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1'] });
  t.after(() => island.close());
  const receiver = await open(island, `${server.url}/receive`);
  const sender = await open(island, `${server.url}/send`);
  await cameraReady(sender);
  await press(sender);
  await moves(receiver);
});

test('the policy keeps the pages from asking another server', async (t) => {
  const server = await serve(t);
  const other = await serve(t, ['-https=false', '-cors']);
  const context = await (await browser()).createBrowserContext();
  t.after(() => context.close());
  const page = await context.newPage();
  for (const path of ['', 'send', 'receive', 'trust']) {
    await page.goto(`${server.url}/${path}`);
    const ask = (/** @type {string} */ url) => page.evaluate((url) => fetch(url, { mode: 'no-cors' }).then(() => true, () => false), url);
    assert.equal(await ask(`${server.url}/healthz`), true);
    assert.equal(await ask(`${other.url}/healthz`), false, `/${path}`);
  }
});

/** Runs in the page, before its own scripts: keeps which servers each connection is told to use. */
function recordICEServers() {
  /** @type {RTCIceServer[][]} */
  const used = [];
  Reflect.set(window, 'usedICEServers', used);
  window.RTCPeerConnection = class extends RTCPeerConnection {
    /** @param {RTCConfiguration} [configuration] */
    constructor(configuration) {
      super(configuration);
      used.push(this.getConfiguration().iceServers ?? []);
    }

    /** @param {RTCConfiguration} [configuration] */
    setConfiguration(configuration) {
      super.setConfiguration(configuration);
      used.push(this.getConfiguration().iceServers ?? []);
    }
  };
}
