// @ts-check
// What can befall a camera, what the pages say then, and how it goes on by itself.
import assert from 'node:assert/strict';
import test from 'node:test';
import { cameraReady, moves, press, pressAction, says } from './lib/pages.js';
import { device, serve } from './lib/scene.js';
import { befalls, lastOpened, openSettings, sendPage, sendingPair } from './lib/send.js';
import { until } from './lib/until.js';

for (const name of /** @type {const} */ (['chromium', 'firefox'])) {
  test(`${name}: the phone is locked, and the picture comes back`, async (t) => {
    const server = await serve(t);
    const { sender, receiver } = await sendingPair(t, server.url, { name });
    await befalls(sender, 'mute');
    await says(sender, /^Interrupted.*goes on by itself/ms);
    await says(receiver, /camera is away/);
    await befalls(sender, 'unmute');
    await says(receiver, /^Live$/m);
    await befalls(sender, 'mute');
    await says(receiver, /camera is away/);
    // The person is back, and the system does not give the picture back by itself.
    await sender.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
    await says(receiver, /^Live$/m);
    await moves(receiver);
  });

  test(`${name}: the camera ended while the page was hidden`, async (t) => {
    const server = await serve(t);
    const { sender, receiver } = await sendingPair(t, server.url, { name });
    await befalls(sender, 'ended');
    await says(sender, /camera was disconnected/);
    await says(receiver, /camera is away/);
    await sender.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
    await says(receiver, /^Live$/m);
    await moves(receiver);
  });
}

test('an unplugged camera: another one until it is back', async (t) => {
  const server = await serve(t);
  const page = await sendPage(t, server.url, { before: [listLess] });
  await cameraReady(page);
  const value = await page.evaluate(() => /** @type {HTMLOptionElement} */ (document.querySelector('#devices option:last-child')).value);
  await page.select('#devices', value);
  await until('it is open', async () => (await lastOpened(page)).deviceId === value);
  await page.evaluate((value) => Object.assign(window, { unplugged: value }), value);
  await befalls(page, 'ended');
  await says(page, /camera was disconnected.*use another camera until then/s);
  await pressAction(page);
  await says(page, /^Ready$/m);
  assert.notEqual((await lastOpened(page)).deviceId, value);
  await page.evaluate(() => {
    Object.assign(window, { unplugged: '' });
    navigator.mediaDevices.dispatchEvent(new Event('devicechange'));
  });
  await until('it is used again', async () => (await lastOpened(page)).deviceId === value);
  await says(page, /^Ready$/m);
});

test('a camera in use is tried again when devices change', async (t) => {
  const server = await serve(t);
  const page = await sendPage(t, server.url, { before: [busyAtFirst] });
  await says(page, /in use by another program/);
  await page.evaluate(() => navigator.mediaDevices.dispatchEvent(new Event('devicechange')));
  await cameraReady(page);
  await says(page, /^Ready$/m);
});

test('a camera that was denied goes on when it is allowed', async (t) => {
  const server = await serve(t);
  const page = await sendPage(t, server.url, { without: '--use-fake-ui', args: ['--deny-permission-prompts'] });
  await says(page, /may not use the camera.*the symbol beside the address/s);
  await page.browserContext().overridePermissions(server.url, ['camera', 'microphone']);
  await cameraReady(page);
  await says(page, /^Ready$/m);
});

test('a question that was closed is asked again', async (t) => {
  const server = await serve(t);
  const page = await sendPage(t, server.url, { before: [dismissedAtFirst] });
  await says(page, /closed without an answer.*Ask again/s);
  await pressAction(page);
  await cameraReady(page);
});

test('a page without devices says that it is not secure', async (t) => {
  const server = await serve(t);
  const page = await sendPage(t, server.url, { before: [beInsecure] });
  await says(page, /only to secure pages.*https:/s);
  assert.equal(await page.evaluate(() => document.querySelectorAll('.panel button:not(:disabled)').length), 0);
});

test('the server goes away before anybody pressed Start, and comes back', async (t) => {
  const server = await serve(t);
  const page = await sendPage(t, server.url);
  await cameraReady(page);
  await says(page, /^Ready$/m);
  await server.kill();
  await says(page, /No connection to the server.*look whether the server runs/s);
  await server.restart();
  await says(page, /^Ready$/m);
});

test('a link for viewers, the receive page too, and the link withdrawn', async (t) => {
  const server = await serve(t);
  const receiver = await device(t, `${server.url}/receive`);
  const sender = await sendPage(t, server.url);
  await cameraReady(sender);
  await sender.click('#invite');
  await sender.waitForSelector('#invitation[open]');
  const link = await sender.evaluate(() => /** @type {HTMLInputElement} */ (document.querySelector('#link')).value);
  await sender.click('#done');
  assert.equal(await sender.evaluate(() => document.querySelector('#start')?.textContent), 'Stop');
  const viewer = await device(t, link);
  await moves(viewer);
  await says(receiver, /Waiting for a camera/);
  await sender.bringToFront();
  await sender.click('#dial');
  await moves(receiver);
  await sender.bringToFront();
  await sender.click('#invite');
  await sender.waitForSelector('#invitation[open]');
  await sender.click('#unshow');
  await says(viewer, /The camera has stopped/);
  await moves(receiver);
  await sender.reload();
  await moves(receiver);
  await says(viewer, /The camera has stopped|Waiting for the camera/);
});

test('the settings hold nothing back: open while the camera is away', async (t) => {
  const server = await serve(t);
  const page = await sendPage(t, server.url);
  await cameraReady(page);
  await befalls(page, 'ended');
  await says(page, /disconnected/);
  await openSettings(page);
  await until('there is no picture to tell of', () => page.evaluate(() => document.querySelector('#in-force')?.textContent === 'There is no picture right now.'));
  await page.keyboard.press('Escape');
  await page.waitForSelector('#settings:not([open])');
  await press(page);
  await says(page, /Waiting for a receiver/);
});

// What follows runs in the page, before its own scripts.

function listLess() {
  const enumerate = navigator.mediaDevices.enumerateDevices.bind(navigator.mediaDevices);
  navigator.mediaDevices.enumerateDevices = async () => {
    const devices = await enumerate();
    return devices.filter(({ deviceId }) => deviceId !== /** @type {any} */ (window).unplugged);
  };
}

function busyAtFirst() {
  const getUserMedia = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  let calls = 0;
  navigator.mediaDevices.getUserMedia = (constraints) => (calls++ === 0 ? Promise.reject(new DOMException('in use', 'NotReadableError')) : getUserMedia(constraints));
}

function dismissedAtFirst() {
  const getUserMedia = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  let calls = 0;
  navigator.mediaDevices.getUserMedia = (constraints) => (calls++ === 0 ? Promise.reject(new DOMException('Permission dismissed', 'NotAllowedError')) : getUserMedia(constraints));
}

function beInsecure() {
  Object.defineProperty(window, 'isSecureContext', { value: false });
  Object.defineProperty(navigator, 'mediaDevices', { value: undefined });
}
