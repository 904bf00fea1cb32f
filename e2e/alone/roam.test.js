// @ts-check
// A machine changes its network: what runs there goes on in the session that it has.
// No other browser may be at work meanwhile: where this machine gets an address,
// Chromium ends all of its requests (ERR_NETWORK_CHANGED).
import assert from 'node:assert/strict';
import { stat } from 'node:fs/promises';
import test from 'node:test';
import { decode } from '../lib/film.js';
import { Machine } from '../lib/machine.js';
import { NativeCamera } from '../lib/native.js';
import { NativeViewer } from '../lib/native-viewer.js';
import { moves } from '../lib/pages.js';
import { Proxy } from '../lib/proxy.js';
import { device, serve } from '../lib/scene.js';
import { until } from '../lib/until.js';

/**
 * A server on this machine, and its address from another one.
 *
 * @param {import('node:test').TestContext} t
 */
async function elsewhere(t) {
  const server = await serve(t);
  const machine = await Machine.start(t);
  const door = await Proxy.start(server.port, { host: machine.here });
  t.after(() => door.close());
  return { server, machine, door };
}

/** @param {import('puppeteer-core').Page} page */
const framesShown = (page) => page.$eval('#preview', (video) => /** @type {HTMLVideoElement} */ (video).getVideoPlaybackQuality().totalVideoFrames);

test('a camera moves twice: its viewer sees it in the same session', async (t) => {
  const { server, machine, door } = await elsewhere(t);
  const camera = await NativeCamera.start(t, door.url, ['-camera', 'test', '-log-level', 'debug'], machine.inside);
  const page = await device(t, (await camera.link()).replace(door.url, server.url));
  await moves(page);
  for (const time of ['first', 'second']) {
    await machine.move();
    const before = await framesShown(page);
    await until(`the picture goes on after the ${time} move`, async () => (await framesShown(page)) > before + 60, { timeout: 15_000, describe: async () => camera.log });
  }
  assert.equal(camera.log.match(/viewer is connected/g)?.length, 1, camera.log);
  const late = await device(t, page.url());
  await moves(late);
});

test('a recording machine moves: it goes on in the same session and file', async (t) => {
  const { server, machine, door } = await elsewhere(t);
  const camera = await NativeCamera.start(t, server.url);
  const link = (await camera.link()).replace(server.url, door.url);
  const viewer = await NativeViewer.inside(t, machine.inside, link, '-o', 'film.mkv', '-log-level', 'debug');
  const size = () => stat(viewer.path('film.mkv')).then(({ size }) => size, () => 0);
  const grows = async (/** @type {string} */ when) => {
    const before = await size();
    await until(`the file grows ${when}`, async () => (await size()) > before + 60_000, { timeout: 15_000, describe: async () => viewer.log });
  };
  await grows('at first');
  await machine.move();
  await grows('after the move');
  assert.equal(await viewer.stop(), 0, viewer.log);
  assert.equal(viewer.log.match(/camera is connected/g)?.length, 1, viewer.log);
  await decode(viewer.path('film.mkv'));
});
