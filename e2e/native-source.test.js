// @ts-check
// What another program has encoded, passed on by a native camera.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { promisify } from 'node:util';
import { NativeCamera } from './lib/native.js';
import { moves } from './lib/pages.js';
import { device, serve } from './lib/scene.js';
import { until } from './lib/until.js';

const H264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-profile:v', 'baseline', '-pix_fmt', 'yuv420p', '-g', '30', '-f', 'h264'];
const VP8 = ['-c:v', 'libvpx', '-deadline', 'realtime', '-cpu-used', '8', '-b:v', '1M', '-g', '30', '-f', 'ivf'];

/** @param {string} size */
const picture = (size) => ['-v', 'error', '-re', '-f', 'lavfi', '-i', `testsrc2=size=${size}:rate=30`];

/**
 * Lets ffmpeg write into a camera's standard input for as long as the test lasts.
 *
 * @param {import('node:test').TestContext} t
 * @param {NativeCamera} camera
 * @param {string[]} codec
 */
function feed(t, camera, codec) {
  const ffmpeg = spawn('ffmpeg', [...picture('640x360'), ...codec, '-'], { stdio: ['ignore', 'pipe', 'inherit'] });
  ffmpeg.stdout.on('error', () => {}); // the camera ends first
  camera.input.on('error', () => {});
  ffmpeg.stdout.pipe(camera.input);
  t.after(() => ffmpeg.kill('SIGKILL'));
}

for (const [name, codec, what] of /** @type {const} */ ([['chromium', H264, 'H.264'], ['chromium', VP8, 'VP8'], ['firefox', VP8, 'VP8']])) {
  test(`${name}: ${what} from a pipe; who comes later sees it too`, async (t) => {
    const server = await serve(t);
    const camera = await NativeCamera.start(t, server.url, ['-source', '-']);
    feed(t, camera, [...codec]);
    const link = await camera.link();
    const first = await device(t, link, name);
    await moves(first);
    const second = await device(t, link, name);
    await moves(second);
    await moves(first);
  });
}

test('a film, again and again', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'inbox-e2e-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const film = join(folder, 'film.h264');
  await promisify(execFile)('ffmpeg', [...picture('320x180').filter((word) => word !== '-re'), '-t', '1', ...H264, film]);
  const server = await serve(t);
  const camera = await NativeCamera.start(t, server.url, ['-source', film, '-loop']);
  const viewer = await device(t, await camera.link());
  await moves(viewer);
  const time = () => viewer.evaluate(() => /** @type {HTMLVideoElement} */ (document.querySelector('#preview')).currentTime);
  await until('it has begun again', async () => (await time()) > 3, { describe: time });
  await moves(viewer);
});

test('a film that browsers cannot show is refused, with words', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'inbox-e2e-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const film = join(folder, 'film.h264');
  await promisify(execFile)('ffmpeg', [...picture('320x180').filter((word) => word !== '-re'), '-t', '2', '-c:v', 'libx264', '-bf', '3', '-pix_fmt', 'yuv420p', '-f', 'h264', film]);
  const server = await serve(t);
  const camera = await NativeCamera.start(t, server.url, ['-source', film]);
  assert.equal(await camera.exited, 1);
  assert.match(camera.log, /B-frames/);

  // From a pipe it shows later, and though nobody watches.
  const piped = await NativeCamera.start(t, server.url, ['-source', '-']);
  const ffmpeg = spawn('ffmpeg', ['-v', 'error', '-i', film, '-c', 'copy', '-f', 'h264', '-'], { stdio: ['ignore', 'pipe', 'inherit'] });
  piped.input.on('error', () => {}); // it ends before the film
  ffmpeg.stdout.pipe(piped.input);
  assert.equal(await piped.exited, 1);
  assert.match(piped.log, /B-frames/);
});
