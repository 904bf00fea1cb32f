// @ts-check
// The native camera in real browsers.
import assert from 'node:assert/strict';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { moves, says, shownLink } from './lib/pages.js';
import { NativeCamera } from './lib/native.js';
import { device, serve } from './lib/scene.js';
import { seenTiles } from './lib/tiles.js';
import { delays } from './lib/timecode.js';
import { until } from './lib/until.js';

const ORIGINAL = fileURLToPath(new URL('fixtures/original', import.meta.url));

for (const name of /** @type {const} */ (['chromium', 'firefox'])) {
  test(`${name}: a test pattern, whose clock goes on`, async (t) => {
    const server = await serve(t);
    const camera = await NativeCamera.start(t, server.url, ['-camera', 'test', '-name', 'Front door']);
    const viewer = await device(t, await camera.link(), name);
    await moves(viewer);
    await until('its name is there', async () => (await seenTiles(viewer))[0]?.name === 'Front door', { describe: () => seenTiles(viewer) });
    await says(viewer, /Verified end to end/);
    const late = await delays(viewer);
    assert.equal(late.length, 30, 'the time in the picture can be read, and goes on');
    assert.ok(late.every((ms) => ms > 0 && ms < 5000), `delays of ${late} ms`);
  });
}

test('firefox: a camera of which it has no codec says so, once', async (t) => {
  const server = await serve(t);
  const camera = await NativeCamera.start(t, server.url, ['-camera', 'test', '-codec', 'h264']);
  const viewer = await device(t, await camera.link(), 'firefox');
  await says(viewer, /This browser cannot show this camera, which sends H264/);
  await viewer.click('#action');
  await until('it is asked again', () => camera.log.match(/viewer cannot show this camera/g)?.length === 2, { describe: async () => camera.log });
  await says(viewer, /This browser cannot show this camera/);
});

test('two viewers, a reload, and an end in order', async (t) => {
  const server = await serve(t);
  const camera = await NativeCamera.start(t, server.url);
  const link = await camera.link();
  const [first, second] = [await device(t, link), await device(t, link)];
  await moves(first);
  await moves(second);
  await first.reload();
  await moves(first);
  assert.equal(await camera.stop(), 0);
  await says(first, /The camera has stopped/);
  await says(second, /The camera has stopped/);
});

test('the server restarts: the picture goes on, and new viewers come', async (t) => {
  const server = await serve(t);
  const camera = await NativeCamera.start(t, server.url);
  const link = await camera.link();
  const first = await device(t, link);
  await moves(first);
  await server.kill();
  await moves(first);
  await server.restart();
  const second = await device(t, link);
  await moves(second);
  await moves(first);
});

test('a receive page is dialed by its link', async (t) => {
  const server = await serve(t);
  const receiver = await device(t, `${server.url}/receive`);
  const camera = await NativeCamera.dial(t, await shownLink(receiver));
  await moves(receiver);
  await says(receiver, /Verified end to end/);
  await receiver.reload();
  await moves(receiver);
  assert.equal(await camera.stop(), 0);
});

test('the lobby is dialed, and the receive page waits for the next camera', async (t) => {
  const server = await serve(t);
  const receiver = await device(t, `${server.url}/receive`);
  for (const name of ['first', 'second']) {
    const camera = await NativeCamera.start(t, server.url, ['-camera', 'test', '-to', 'receiver', '-name', name]);
    await moves(receiver);
    assert.equal(await camera.stop(), 0);
    await says(receiver, /Waiting for a camera|The camera has stopped/);
  }
});

for (const name of /** @type {const} */ (['chromium', 'firefox'])) {
  test(`${name}: the original's receive page shows a native camera`, async (t) => {
    const server = await serve(t, ['-https=false', '-public', ORIGINAL]);
    const receiver = await device(t, `${server.url}/receive.html`, name);
    await NativeCamera.start(t, server.url, ['-camera', 'test', '-to', 'receiver']);
    await moves(receiver, { timeout: 40_000 }); // it asks for one message a second
  });

  test(`${name}: a server with a camera of its own`, async (t) => {
    const server = await serve(t, ['-camera=test']);
    const viewer = await device(t, await server.cameraLink(), name);
    await moves(viewer);
    await says(viewer, /Verified end to end/);
  });
}
