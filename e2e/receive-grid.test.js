// @ts-check
// Several cameras on one receive page.
import assert from 'node:assert/strict';
import test from 'node:test';
import { cameraReady, moves, press, says } from './lib/pages.js';
import { device, sendDevice, serve } from './lib/scene.js';
import { namedCamera, seenTiles, tilesMove } from './lib/tiles.js';
import { until } from './lib/until.js';

/** @typedef {import('./lib/browsers.js').BrowserName} BrowserName */

const NAMES = ['Kitchen', 'Attic', 'Door'];

/** Cameras that meet one receive page in the lobby. @param {import('node:test').TestContext} t @param {number} count @param {BrowserName} name */
async function several(t, count, name) {
  const server = await serve(t);
  const receiver = await device(t, `${server.url}/receive`, name);
  const senders = [];
  for (let i = 1; i <= count; i++) {
    const sender = await namedCamera(t, server.url, NAMES[i - 1]);
    await press(sender);
    await tilesMove(receiver, i);
    senders.push(sender);
  }
  return { server, receiver, senders };
}

for (const name of /** @type {const} */ (['chromium', 'firefox'])) {
  test(`${name}: two cameras, each with its name, and one when the other stops`, async (t) => {
    const { receiver, senders } = await several(t, 2, name);
    await receiver.setViewport({ width: 1000, height: 400 });
    const beside = await until('the two stand side by side', async () => {
      const tiles = await seenTiles(receiver);
      return tiles[0].left === tiles[1].left ? undefined : tiles;
    });
    assert.deepEqual(beside.map((tile) => tile.name), ['Kitchen', 'Attic']);
    assert.deepEqual(beside.map(({ width, height }) => [width, height]), [[500, 400], [500, 400]]);
    await says(receiver, /^Live · 2 cameras$/m);
    await receiver.setViewport({ width: 400, height: 800 });
    await until('the two stand below each other', async () => {
      const tiles = await seenTiles(receiver);
      return tiles[0].left === tiles[1].left && tiles[1].top === 400;
    });
    await senders[0].goto('about:blank');
    const [left] = await tilesMove(receiver, 1);
    assert.equal(left.name, 'Attic');
    await moves(receiver); // #preview is the one that is left
    await says(receiver, /^Live$/m);
  });

  test(`${name}: of three cameras one is made large, by a click and by the keyboard`, async (t) => {
    const { receiver } = await several(t, 3, name);
    await receiver.setViewport({ width: 1000, height: 600 });
    await receiver.bringToFront();
    const large = () => until('one camera is large', async () => {
      const tiles = await seenTiles(receiver);
      return tiles.length === 1 && tiles[0].width === 1000 ? tiles[0].name : undefined;
    });
    const all = () => until('all are back', async () => (await seenTiles(receiver)).length === 3);

    await receiver.click('.tile:nth-child(2) .enlarge');
    assert.equal(await large(), 'Attic');
    await says(receiver, /^Live$/m);
    await receiver.click('.tile:nth-child(2) .enlarge');
    await all();

    await receiver.focus('.tile:nth-child(3) .enlarge');
    await receiver.keyboard.press('Enter');
    assert.equal(await large(), 'Door');
    await receiver.keyboard.press('Enter');
    await all();

    await receiver.keyboard.press('1');
    assert.equal(await large(), 'Kitchen');
    await receiver.keyboard.press('Escape');
    await all();
    await tilesMove(receiver, 3);
  });
}

test('the one that is large goes, and the others are shown again', async (t) => {
  const { receiver, senders } = await several(t, 3, 'chromium');
  await receiver.keyboard.press('2');
  await until('one is large', async () => (await seenTiles(receiver)).length === 1);
  await senders[1].goto('about:blank');
  const tiles = await tilesMove(receiver, 2);
  assert.deepEqual(tiles.map(({ name }) => name), ['Kitchen', 'Door']);
});

test('a camera that comes back has the place and the number that it had', async (t) => {
  const { receiver, senders } = await several(t, 2, 'chromium');
  await senders[0].reload();
  const tiles = await tilesMove(receiver, 2);
  assert.deepEqual(tiles.map(({ name }) => name), ['Kitchen', 'Attic']);
});

test('a camera is added by the QR code while another is live; each says whether it is verified', async (t) => {
  const server = await serve(t);
  const receiver = await device(t, `${server.url}/receive`);
  const first = await sendDevice(t, server.url);
  await press(first);
  await moves(receiver);
  await receiver.click('#add');
  await receiver.waitForSelector('#adding[open] #qr svg');
  const link = await receiver.evaluate(() => /** @type {HTMLInputElement} */ (document.querySelector('#adding #link')).value);
  const second = await device(t, link);
  await cameraReady(second);
  await press(second);
  await tilesMove(receiver, 2);
  assert.equal(await receiver.evaluate(() => document.querySelector('dialog[open]')), null, 'the sheet is still open');
  const trust = await receiver.evaluate(() => [...document.querySelectorAll('.tile .trust')].map((e) => e.textContent));
  assert.deepEqual(trust, ['Not verified', 'Verified end to end']);
  await receiver.keyboard.press('2');
  await says(receiver, /^Verified end to end$/m);
  await receiver.keyboard.press('1');
  await says(receiver, /both pages say “/);
});

test('all cameras stop: the QR code is back, and what comes next is shown', async (t) => {
  const { server, receiver, senders } = await several(t, 2, 'chromium');
  for (const sender of senders) await sender.goto('about:blank');
  await says(receiver, /The camera has stopped/);
  await receiver.waitForSelector('#welcome #qr svg', { visible: true });
  const next = await sendDevice(t, server.url);
  await press(next);
  await moves(receiver);
});

for (const name of /** @type {const} */ (['chromium', 'firefox'])) {
  test(`${name}: a camera's own name, and why its picture stands still`, async (t) => {
    const server = await serve(t);
    const receiver = await device(t, `${server.url}/receive`, name);
    const sender = await namedCamera(t, server.url, 'Kitchen', speak);
    await press(sender);
    await moves(receiver);
    const title = () => receiver.$eval('#camera', (e) => (e.checkVisibility() ? e.textContent ?? '' : ''));
    await until('its name is shown', async () => /^Kitchen · direct$/.test(await title()), { describe: title });
    const veil = () => receiver.$eval('.tile .veil', (e) => (e.checkVisibility() ? e.textContent ?? '' : ''));
    const opacity = () => receiver.$eval('#preview', (video) => Number(getComputedStyle(video).opacity));
    for (const [video, status, words] of /** @type {const} */ ([['paused', /^Paused$/m, /^Paused$/], ['away', /^The camera is away$/m, /locked, or another app/]])) {
      await sender.evaluate((video) => Reflect.get(window, 'say')({ type: 'state', video, name: 'Kitchen' }), video);
      await says(receiver, status);
      assert.match(await veil(), words);
      await until('the last frame is dimmed', async () => (await opacity()) < 0.5);
    }
    await sender.evaluate(() => Reflect.get(window, 'say')({ type: 'state', video: 'live', name: 'Attic' }));
    await says(receiver, /^Live$/m);
    assert.equal(await veil(), '');
    await until('its new name is shown', async () => /^Attic/.test(await title()), { describe: title });
  });
}

/** Runs in a send page before its own scripts: window.say says more in the session of its last offer. */
function speak() {
  const real = window.fetch;
  window.fetch = (input, init) => {
    if (init?.method !== 'POST' || typeof init.body !== 'string') return real(input, init);
    const post = init;
    const message = JSON.parse(init.body);
    if (message.type === 'offer') {
      Reflect.set(window, 'say', (/** @type {object} */ more) => {
        const headers = { ...Object.fromEntries(new Headers(post.headers)), 'Idempotency-Key': crypto.randomUUID() };
        return real(input, { ...post, headers, body: JSON.stringify({ ...more, session: message.session }) }).then(() => undefined);
      });
    }
    return real(input, init);
  };
}
