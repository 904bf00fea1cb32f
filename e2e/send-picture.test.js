// @ts-check
// The send page's picture: which camera, how large, how it is sent, and what is remembered.
import assert from 'node:assert/strict';
import test from 'node:test';
import { cameraReady, moves, press, says } from './lib/pages.js';
import { serve } from './lib/scene.js';
import { choose, encoding, fourWords, framesCome, lastOpened, offers, openSettings, sendPage, sendingPair, size } from './lib/send.js';
import { until } from './lib/until.js';

for (const name of /** @type {const} */ (['chromium', 'firefox'])) {
  test(`${name}: another camera and another resolution in the same session`, async (t) => {
    const server = await serve(t);
    const { sender, receiver } = await sendingPair(t, server.url, { name });
    const before = await offers(sender);
    const words = await fourWords(receiver);
    await openSettings(sender);
    await choose(sender, '#height', '360');
    await until('the viewer gets it', async () => (await size(receiver)) === '640x360', { describe: () => size(receiver) });
    await says(sender, /^Live/m);
    await until('it is said', () => sender.evaluate(() => document.querySelector('#in-force')?.textContent?.includes('640 × 360')));
    const first = await lastOpened(sender);
    await sender.click('#settings-done');
    const last = await sender.evaluate(() => /** @type {HTMLSelectElement} */ (document.querySelector('#devices')).options[document.querySelectorAll('#devices option').length - 1].value);
    if (last !== first.deviceId) {
      await choose(sender, '#devices', last);
      await until('the other camera is open', async () => (await lastOpened(sender)).deviceId === last);
    }
    await framesCome(receiver);
    assert.equal(await offers(sender), before, 'nothing was negotiated');
    assert.equal(await fourWords(receiver), words, 'it is the same connection');
    const states = await sender.evaluate(() => /** @type {any} */ (window).opened.map((/** @type {MediaStreamTrack} */ { readyState }) => readyState));
    assert.deepEqual(states.slice(0, -1).filter((/** @type {string} */ state) => state !== 'ended'), [], 'the cameras before are let go of');
  });

  test(`${name}: paused, and on again`, async (t) => {
    const server = await serve(t);
    const { sender, receiver } = await sendingPair(t, server.url, { name });
    await sender.click('#pause');
    await says(sender, /^Paused/m);
    await says(receiver, /Paused/);
    await until('nothing is sent', async () => !(await encoding(sender)).sends);
    await sender.click('#pause');
    await says(receiver, /^Live$/m);
    await moves(receiver);
  });

  test(`${name}: what was chosen is there after a reload`, async (t) => {
    const server = await serve(t);
    const page = await sendPage(t, server.url, { name });
    await cameraReady(page);
    await openSettings(page);
    await choose(page, '#height', '480');
    await choose(page, '#frame-rate', '15');
    await choose(page, '#bitrate', '4000000');
    await choose(page, '#look', 'smooth');
    await page.click('#mirror');
    await page.click('#music');
    await page.type('#camera-name', 'Hall');
    await page.click('#settings-done');
    await page.reload();
    await cameraReady(page);
    await until('the camera is as it was chosen', async () => (await lastOpened(page))?.height === 480);
    await openSettings(page);
    const shown = await page.evaluate(() => {
      const value = (/** @type {string} */ id) => /** @type {HTMLInputElement} */ (document.getElementById(id)).value;
      const checked = (/** @type {string} */ id) => /** @type {HTMLInputElement} */ (document.getElementById(id)).checked;
      return [...['height', 'frame-rate', 'bitrate', 'look', 'camera-name'].map(value), checked('mirror'), checked('music')];
    });
    assert.deepEqual(shown, ['480', '15', '4000000', 'smooth', 'Hall', true, true]);
    assert.equal(await page.evaluate(() => document.querySelector('#preview.mirrored') !== null), true);
  });
}

test('the encoder is told what was chosen, and nothing that was not', async (t) => {
  const server = await serve(t);
  const { sender } = await sendingPair(t, server.url);
  assert.deepEqual(await encoding(sender), { hint: '', sends: true });
  await openSettings(sender);
  await choose(sender, '#bitrate', '1000000');
  await choose(sender, '#look', 'sharp');
  await until('it is told', async () => JSON.stringify(await encoding(sender)) === JSON.stringify({ maxBitrate: 1e6, degradationPreference: 'maintain-resolution', hint: 'detail', sends: true }), { describe: () => encoding(sender) });
  await choose(sender, '#bitrate', '0');
  await choose(sender, '#look', '');
  await until('it is free again', async () => JSON.stringify(await encoding(sender)) === JSON.stringify({ hint: '', sends: true }), { describe: () => encoding(sender) });
});

test('a viewer that comes later gets what was chosen before', async (t) => {
  const server = await serve(t);
  const { sender, receiver } = await sendingPair(t, server.url);
  await openSettings(sender);
  await choose(sender, '#bitrate', '2000000');
  await sender.click('#settings-done');
  await receiver.reload();
  await moves(receiver);
  await until('the new session has it', async () => (await encoding(sender)).maxBitrate === 2e6);
});

test('the camera is remembered, by its label when the browser gave it another id', async (t) => {
  const server = await serve(t);
  const page = await sendPage(t, server.url);
  await cameraReady(page);
  const { value, text } = await page.evaluate(() => {
    const { value, text } = /** @type {HTMLOptionElement} */ (document.querySelector('#devices option:last-child'));
    return { value, text };
  });
  await choose(page, '#devices', value);
  await until('it is open', async () => (await lastOpened(page)).deviceId === value);
  await page.reload();
  await cameraReady(page);
  await until('it is open again', async () => (await lastOpened(page))?.deviceId === value);
  await page.evaluate((label) => {
    const choices = JSON.parse(localStorage.getItem('send-choices') ?? '');
    localStorage.setItem('send-choices', JSON.stringify({ ...choices, camera: { id: 'of-before', label } }));
  }, text);
  await page.reload();
  await cameraReady(page);
  await until('it is found by its label', async () => (await lastOpened(page))?.deviceId === value);
});

test('the next camera with one tap', async (t) => {
  const server = await serve(t);
  const page = await sendPage(t, server.url);
  await cameraReady(page);
  const first = (await lastOpened(page)).deviceId;
  await page.click('#flip');
  await until('another one is open', async () => (await lastOpened(page)).deviceId !== first);
});

test('the light, zoom and focus of a camera that has them', async (t) => {
  const server = await serve(t);
  const page = await sendPage(t, server.url, { before: [haveTools] });
  await cameraReady(page);
  await openSettings(page);
  await page.click('#tool-torch');
  await page.focus('#tool-zoom');
  await page.keyboard.press('End');
  await choose(page, '#tool-focusMode', 'manual');
  const applied = () => page.evaluate(() => /** @type {any} */ (window).applied.map((/** @type {unknown} */ set) => JSON.stringify(set)));
  await until('the camera is told', async () => (await applied()).length === 3, { describe: applied });
  assert.deepEqual(await applied(), ['{"torch":true}', '{"zoom":4}', '{"focusMode":"manual"}']);
  await page.reload();
  await cameraReady(page);
  await until('it is told again, but not to light', async () => (await applied()).length === 2, { describe: applied });
  assert.deepEqual(await applied(), ['{"zoom":4}', '{"focusMode":"manual"}']);
});

test('the fake camera’s own focus', async (t) => {
  const server = await serve(t);
  const page = await sendPage(t, server.url);
  await cameraReady(page);
  await openSettings(page);
  await page.focus('#tool-focusDistance');
  await page.keyboard.press('Home');
  await until('the camera has it', async () => (await lastOpened(page)).focusDistance === 10, { describe: () => lastOpened(page) });
});

test('the screen stays on while the camera is live', async (t) => {
  const server = await serve(t);
  const page = await sendPage(t, server.url, { before: [keepLocks] });
  await cameraReady(page);
  const held = () => page.evaluate(() => /** @type {any} */ (window).locks.filter((/** @type {WakeLockSentinel} */ lock) => !lock.released).length);
  assert.equal(await held(), 0);
  await press(page);
  await until('it is held', async () => (await held()) === 1);
  await page.evaluate(async () => {
    await /** @type {any} */ (window).locks[0].release(); // as the browser does when the page is hidden
    document.dispatchEvent(new Event('visibilitychange'));
  });
  await until('it is held again', async () => (await held()) === 1);
  await page.waitForSelector('#start[aria-disabled="false"]');
  await press(page);
  await until('it is let go of', async () => (await held()) === 0);
});

// What follows runs in the page, before its own scripts.

function haveTools() {
  const proto = MediaStreamTrack.prototype;
  const kept = Object.assign(window, { applied: /** @type {any[]} */ ([]) });
  const { getCapabilities, applyConstraints } = proto;
  proto.getCapabilities = function () {
    return { ...getCapabilities.call(this), torch: true, zoom: { min: 1, max: 4, step: 1 }, focusMode: ['continuous', 'manual'], focusDistance: undefined };
  };
  proto.applyConstraints = async function (constraints) {
    if (constraints?.advanced) kept.applied.push(constraints.advanced[0]);
    else await applyConstraints.call(this, constraints);
  };
}

function keepLocks() {
  const kept = Object.assign(window, { locks: /** @type {WakeLockSentinel[]} */ ([]) });
  const request = navigator.wakeLock.request.bind(navigator.wakeLock);
  navigator.wakeLock.request = async (type) => {
    const lock = await request(type);
    kept.locks.push(lock);
    return lock;
  };
}
