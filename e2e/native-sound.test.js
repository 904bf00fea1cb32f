// @ts-check
// The native camera's sound.
import assert from 'node:assert/strict';
import test from 'node:test';
import { listen } from './lib/beeps.js';
import { NativeCamera } from './lib/native.js';
import { moves } from './lib/pages.js';
import { device, serve } from './lib/scene.js';
import { delays } from './lib/timecode.js';
import { until } from './lib/until.js';

// Firefox's AudioContext does not run where there is no loudspeaker.
test('chromium: beeps are as loud as they are sent, and in time with the picture', async (t) => {
  const server = await serve(t);
  const camera = await NativeCamera.start(t, server.url, ['-camera', 'test', '-mic', 'test', '-size', '640x360']);
  const viewer = await device(t, await camera.link());
  await moves(viewer);
  let told = '';
  // The browser brings the two together little by little.
  await until('sound and picture are in time', async () => {
    const [{ delays: sound, loud, quiet }, picture] = await Promise.all([listen(viewer), delays(viewer, { pictures: 120 })]);
    assert.equal(sound.length, 5, 'the beeps are heard');
    assert.ok(loud > 0.15 && loud < 0.4, `they are sent at 0.25, and heard at ${loud}`);
    assert.ok(quiet < 0.05, `between them it is quiet, not ${quiet}`);
    const apart = median(sound) - median(picture);
    told = `${Math.round(apart)} ms apart: sound ${sound.map(Math.round)} ms late, picture ${picture.map(Math.round)} ms`;
    return Math.abs(apart) < 80;
  }, { timeout: 60_000, describe: async () => told });
  t.diagnostic(told);
});

/** @param {number[]} numbers */
function median(numbers) {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
}
