// @ts-check
// Whatever goes away and comes back, the picture comes back by itself.
import assert from 'node:assert/strict';
import test from 'node:test';
import { cameraReady, moves, press, says, words } from './lib/pages.js';
import { Proxy, random } from './lib/proxy.js';
import { device, sendDevice, serve } from './lib/scene.js';

for (const name of /** @type {const} */ (['chromium', 'firefox'])) {
  test(`${name}: the receiver is reloaded`, async (t) => {
    const server = await serve(t);
    const receiver = await device(t, `${server.url}/receive`, name);
    const sender = await sendDevice(t, server.url, name);
    await press(sender);
    await moves(receiver);
    await receiver.reload();
    await moves(receiver);
  });

  test(`${name}: the sender is reloaded`, async (t) => {
    const server = await serve(t);
    const receiver = await device(t, `${server.url}/receive`, name);
    const sender = await sendDevice(t, server.url, name);
    await press(sender);
    await moves(receiver);
    await sender.reload();
    await says(sender, /^Live/m);
    await moves(receiver);
  });
}

test('a sender that was not started does not start when it is reloaded', async (t) => {
  const server = await serve(t);
  await device(t, `${server.url}/receive`);
  const sender = await sendDevice(t, server.url);
  await sender.reload();
  await cameraReady(sender);
  assert.match((await words(sender)).join('\n'), /^Ready$/m);
});

test('the receiver goes away for good and another takes its place', async (t) => {
  const server = await serve(t);
  const first = await device(t, `${server.url}/receive`);
  const sender = await sendDevice(t, server.url);
  await press(sender);
  await moves(first);
  await first.goto('about:blank');
  await says(sender, /Waiting for a receiver/);
  const second = await device(t, `${server.url}/receive`);
  await moves(second);
});

test('the sender goes away for good and another takes its place', async (t) => {
  const server = await serve(t);
  const receiver = await device(t, `${server.url}/receive`);
  const first = await sendDevice(t, server.url);
  await press(first);
  await moves(receiver);
  await first.goto('about:blank');
  await says(receiver, /The camera has stopped/);
  const second = await sendDevice(t, server.url);
  await press(second);
  await moves(receiver);
});

test('the server is killed and comes back while both wait', async (t) => {
  const server = await serve(t);
  const receiver = await device(t, `${server.url}/receive`);
  const sender = await sendDevice(t, server.url);
  await server.kill();
  await says(receiver, /No connection to the server/);
  await server.restart();
  await says(receiver, /Waiting for a camera/);
  await press(sender);
  await moves(receiver);
});

test('the server is killed after Start was pressed, before a receiver is there', async (t) => {
  const server = await serve(t);
  const sender = await sendDevice(t, server.url);
  await press(sender);
  await says(sender, /Waiting for a receiver/);
  await server.kill();
  await says(sender, /No connection to the server/);
  await server.restart();
  const receiver = await device(t, `${server.url}/receive`);
  await moves(receiver);
});

test('the server is killed after the connection: the picture goes on, and later reloads find each other', async (t) => {
  const server = await serve(t);
  const receiver = await device(t, `${server.url}/receive`);
  const sender = await sendDevice(t, server.url);
  await press(sender);
  await moves(receiver);
  await server.kill();
  await moves(receiver);
  await server.restart();
  await receiver.reload();
  await moves(receiver);
  await sender.reload();
  await moves(receiver);
});

test('a proxy that cuts every connection at random times', async (t) => {
  const server = await serve(t);
  const proxy = await Proxy.start(server.port, {});
  t.after(() => proxy.close());
  const receiver = await device(t, `${proxy.url}/receive`);
  const sender = await sendDevice(t, proxy.url);
  const dice = random(7);
  proxy.disturb(() => 5 + 250 * dice());
  await press(sender);
  await moves(receiver);
  assert.ok(proxy.cuts > 0, 'the proxy cut nothing');
});

test('a proxy that holds streams back', async (t) => {
  const server = await serve(t);
  const proxy = await Proxy.start(server.port, { hold: true });
  t.after(() => proxy.close());
  const receiver = await device(t, `${proxy.url}/receive`);
  const sender = await sendDevice(t, proxy.url);
  await press(sender);
  await moves(receiver);
});
