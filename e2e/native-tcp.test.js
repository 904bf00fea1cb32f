// @ts-check
// The native camera where UDP does not get through.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import test from 'node:test';
import { launch } from './lib/browsers.js';
import { NativeCamera } from './lib/native.js';
import { moves } from './lib/pages.js';
import { serve } from './lib/scene.js';

/** A port that was free a moment ago. */
async function freePort() {
  const server = createServer();
  await once(server.listen(0), 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  await once(server.close(), 'close');
  return port;
}

test('chromium without UDP, as behind some firewalls: the picture comes over TCP', async (t) => {
  const server = await serve(t);
  const camera = await NativeCamera.start(t, server.url, ['-camera', 'test', '-tcp-port', String(await freePort())]);
  const link = await camera.link();
  const browser = await launch('chromium', { args: ['--webrtc-ip-handling-policy=disable_non_proxied_udp'] });
  t.after(() => browser.close());
  const viewer = await browser.newPage();
  await viewer.goto(link);
  await moves(viewer);
  assert.match(camera.log, /viewer is connected.* route="direct tcp /);
});
