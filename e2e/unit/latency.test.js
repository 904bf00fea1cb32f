// @ts-check
import assert from 'node:assert/strict';
import test from 'node:test';
import { showAtOnce } from '../../web/latency.js';

/** @param {object[]} receivers */
const connection = (receivers) => /** @type {any} */ ({ getTransceivers: () => receivers.map((receiver) => ({ receiver })) });

test('frames of the picture are asked for at once, by the name that the browser has for it', () => {
  const sound = { track: { kind: 'audio' }, jitterBufferTarget: null };
  const picture = { track: { kind: 'video' }, jitterBufferTarget: null, playoutDelayHint: null };
  const older = { track: { kind: 'video' }, playoutDelayHint: null };
  const oldest = { track: { kind: 'video' } };
  showAtOnce(connection([sound, picture, older, oldest]));
  assert.deepEqual([sound.jitterBufferTarget, picture.jitterBufferTarget, picture.playoutDelayHint, older.playoutDelayHint], [null, 0, null, 0]);
  assert.deepEqual(Object.keys(oldest), ['track']);
});
