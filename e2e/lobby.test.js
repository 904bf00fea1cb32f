// @ts-check
// The lobby: open receive on one device and send on the other, press Start.
import test from 'node:test';
import { cameraReady, moves, press, says } from './lib/pages.js';
import { device, livePair, sendDevice, serve } from './lib/scene.js';

const BROWSERS = /** @type {const} */ (['chromium', 'firefox']);

for (const from of BROWSERS) {
  for (const to of BROWSERS) {
    test(`${from} sends to ${to}`, async (t) => {
      const server = await serve(t);
      const { sender, receiver } = await livePair(t, server.url, { from, to });
      await says(receiver, /^Live$/m);
      await says(sender, /^Live/m);
    });
  }

  test(`${from}: Start before any receiver is open`, async (t) => {
    const server = await serve(t);
    const sender = await sendDevice(t, server.url, from);
    await press(sender);
    await says(sender, /Waiting for a receiver/);
    const receiver = await device(t, `${server.url}/receive`, from);
    await moves(receiver);
  });

  test(`${from}: the camera is changed while it is watched`, async (t) => {
    const server = await serve(t);
    const { sender, receiver } = await livePair(t, server.url, { from, to: from });
    await sender.evaluate(() => {
      const devices = /** @type {HTMLSelectElement} */ (document.querySelector('#devices'));
      devices.selectedIndex = devices.length - 1;
      devices.dispatchEvent(new Event('change'));
    });
    await cameraReady(sender);
    await moves(receiver);
  });
}

test('HTTPS with the certificate that the server made', async (t) => {
  const server = await serve(t, []);
  await livePair(t, server.url, { from: 'chromium', to: 'firefox' });
});

test('Start pressed twice starts once, and later stops', async (t) => {
  const server = await serve(t);
  const receiver = await device(t, `${server.url}/receive`);
  const sender = await sendDevice(t, server.url);
  await sender.click('#start', { count: 2 });
  await moves(receiver);
  await sender.waitForSelector('#start[aria-disabled="false"]');
  await press(sender);
  await says(receiver, /The camera has stopped/);
  await says(sender, /^Ready$/m);
  await sender.waitForSelector('#start[aria-disabled="false"]');
  await press(sender);
  await moves(receiver);
});

test('sound goes on with one tap on each side', async (t) => {
  const server = await serve(t);
  const { sender, receiver } = await livePair(t, server.url);
  await sender.click('#microphone');
  await receiver.waitForSelector('#sound[aria-disabled="false"]');
  await receiver.click('#sound');
  await receiver.waitForSelector('#sound[aria-pressed="true"]');
  await moves(receiver);
});
