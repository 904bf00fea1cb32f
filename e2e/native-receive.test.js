// @ts-check
// `inbox receive`: cameras of browsers and native ones, into files.
import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { decode, flashesAndBeeps } from './lib/film.js';
import { NativeCamera } from './lib/native.js';
import { NativeViewer } from './lib/native-viewer.js';
import { cameraReady, moves, press, shownLink } from './lib/pages.js';
import { device, serve } from './lib/scene.js';
import { until } from './lib/until.js';

/** Waits until a file has grown to so many bytes. @param {string} file @param {number} bytes @param {() => string} log */
function grows(file, bytes, log) {
  const size = () => stat(file).then(({ size }) => size, () => 0);
  return until(`${file} grows`, async () => (await size()) > bytes, { describe: async () => [await size(), log()] });
}

/**
 * A browser's camera, shown by a link.
 *
 * @param {import('node:test').TestContext} t
 * @param {string} url of the server
 * @param {import('./lib/browsers.js').BrowserName} name
 */
async function cameraWithLink(t, url, name) {
  const page = await device(t, `${url}/send`, name);
  await cameraReady(page);
  await page.click('#microphone');
  await page.waitForSelector('#microphone[aria-pressed="true"]:not(:disabled)');
  await page.click('#invite');
  return { page, link: await shownLink(page) };
}

for (const [name, file] of /** @type {const} */ ([['chromium', 'yard.mp4'], ['chromium', 'yard.mkv'], ['firefox', 'yard.webm']])) {
  test(`${name}: its camera, watched by a link, into ${file}`, async (t) => {
    const server = await serve(t);
    const { link } = await cameraWithLink(t, server.url, name);
    const viewer = await NativeViewer.start(t, link, '-o', file, '-duration', '10');
    const watching = await device(t, link, name);
    await moves(watching);
    assert.equal(await viewer.exited, 0, viewer.log);
    const { duration, video, audio } = await decode(viewer.path(file));
    assert.equal(video.codec_name, file === 'yard.webm' ? 'vp8' : 'h264');
    assert.ok(Math.abs(duration - 10) < 0.2, `it lasts ${duration} s, and the last picture is at ${video.end} s`);
    assert.ok(audio && audio.start < 0.5 && Math.abs(audio.end - video.end) < 0.5, `sound from ${audio?.start} to ${audio?.end} s`);
    await moves(watching);
  });
}

test('a phone that scans the code is recorded until Ctrl+C', async (t) => {
  const server = await serve(t);
  const viewer = await NativeViewer.start(t, '-server', server.url, '-o', 'clip.mkv');
  const phone = await device(t, await viewer.link());
  await cameraReady(phone);
  await press(phone);
  await grows(viewer.path('clip.mkv'), 100_000, () => viewer.log);
  assert.equal(await viewer.stop(), 0, viewer.log);
  await decode(viewer.path('clip.mkv'));
});

test('a native camera, recorded, snapped, and killed', async (t) => {
  const server = await serve(t);
  const camera = await NativeCamera.start(t, server.url, ['-camera', 'test', '-mic', 'test']);
  const link = await camera.link();
  const [whole, killed, picture] = await Promise.all([
    NativeViewer.start(t, link, '-o', 'whole.mp4', '-duration', '4'),
    NativeViewer.start(t, link, '-o', 'killed.mp4'),
    NativeViewer.start(t, link, '-snapshot', 'now.jpg'),
  ]);
  assert.equal(await picture.exited, 0, picture.log);
  const { video } = await decode(picture.path('now.jpg'));
  assert.deepEqual([video.width, video.height], [1280, 720]);
  assert.equal(await whole.exited, 0, whole.log);
  const film = await decode(whole.path('whole.mp4'));
  assert.ok(Math.abs(film.video.packets - 120) <= 3, `${film.video.packets} pictures in 4 s`);
  const { flashes, beeps } = await flashesAndBeeps(whole.path('whole.mp4'));
  const heard = flashes.filter((flash) => flash > 0.5); // silencedetect wants some silence first
  assert.ok(heard.length >= 3, `flashes at ${flashes}`);
  for (const flash of heard) assert.ok(beeps.some((beep) => Math.abs(beep - flash) < 0.08), `flashes at ${flashes} s, beeps at ${beeps} s`);
  await grows(killed.path('killed.mp4'), 100_000, () => killed.log);
  await killed.kill();
  await decode(killed.path('killed.mp4'));
});

test('the server records whoever comes: by its link, and through the lobby', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'inbox-e2e-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const server = await serve(t, ['-https=false', '-receive', folder]);
  const phone = await device(t, `${server.url}/send`);
  await cameraReady(phone);
  await press(phone);
  const files = () => readdir(folder);
  await until('there is a file', async () => (await files()).length === 1, { describe: files });
  const [file] = await files();
  await grows(join(folder, file), 100_000, () => server.log);
  await press(phone);
  await until('it is written', () => server.log.includes('camera is gone') || server.log.includes('camera has stopped'), { describe: async () => server.log.slice(-500) });
  await decode(join(folder, file));
});
