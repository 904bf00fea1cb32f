// @ts-check
import assert from 'node:assert/strict';
import test from 'node:test';
import { memorySink } from '../../web/recording-sinks.js';
import { Recording, progressWords, recorderOptions, recordingType } from '../../web/recording.js';

/** As much of a MediaRecorder as a recording uses. */
class FakeRecorder {
  state = 'inactive';
  /** @type {(event: {data: Blob}) => void} */
  ondataavailable = () => {};
  onstop = () => {};
  onerror = () => {};

  start() {
    this.state = 'recording';
  }

  stop() {
    this.state = 'inactive';
    this.ondataavailable({ data: new Blob(['end']) });
    this.onstop();
  }
}

/** @param {Partial<import('../../web/recording.js').Sink>} [sink] */
function record(sink) {
  const recorder = new FakeRecorder();
  /** @type {string[]} */
  const written = [];
  /** @type {number[]} */
  const progress = [];
  const whole = {
    write: async (/** @type {Blob} */ chunk) => void written.push(await chunk.text()),
    finish: async () => void written.push('finished'),
    ...sink,
  };
  const recording = new Recording(/** @type {MediaRecorder} */ (/** @type {unknown} */ (recorder)), whole, (_, bytes) => progress.push(bytes));
  return { recorder, recording, written, progress };
}

/** @param {string} text */
const chunk = (text) => ({ data: new Blob([text]) });

test('chunks are written in order, and the file finished behind them', async () => {
  const { recorder, recording, written, progress } = record();
  for (const text of ['one', 'two', '']) recorder.ondataavailable(chunk(text));
  recording.stop();
  recording.stop();
  assert.equal(await recording.ended, 'saved');
  assert.deepEqual(written, ['one', 'two', 'end', 'finished']);
  assert.deepEqual(progress, [3, 6, 9]);
});

test('a recorder that ends by itself ends the recording', async () => {
  const { recorder, recording, written } = record();
  recorder.stop();
  assert.equal(await recording.ended, 'saved');
  assert.deepEqual(written, ['end', 'finished']);
});

test('a recorder that fails keeps what came before', async () => {
  const { recorder, recording, written } = record();
  recorder.ondataavailable(chunk('one'));
  recorder.onerror();
  assert.equal(await recording.ended, 'saved');
  assert.deepEqual(written, ['one', 'end', 'finished']);
});

test('no more room: what was written is kept, and nothing more comes', async () => {
  let writes = 0;
  const { recorder, recording, written } = record({
    write: async () => {
      if (++writes > 1) throw new RangeError('full');
    },
  });
  for (const text of ['one', 'two', 'three']) recorder.ondataavailable(chunk(text));
  assert.equal(await recording.ended, 'full');
  assert.deepEqual(written, ['finished']);
  assert.equal(recorder.state, 'inactive');
});

test('a file that cannot be finished is said to be lost', async () => {
  const { recorder, recording } = record({ finish: () => Promise.reject(new Error('gone')) });
  recorder.ondataavailable(chunk('one'));
  recording.stop();
  assert.equal(await recording.ended, 'failed');
});

test('memory gives the whole, as much as it keeps', async () => {
  /** @type {Blob[]} */
  const given = [];
  const sink = memorySink((whole) => given.push(whole), 'video/webm', 5);
  await sink.write(new Blob(['abc']));
  await assert.rejects(sink.write(new Blob(['def'])), RangeError);
  await sink.write(new Blob(['gh']));
  await sink.finish();
  assert.equal(await given[0].text(), 'abcgh');
  assert.equal(given[0].type, 'video/webm');
});

test('memory with nothing in it gives nothing', async () => {
  const sink = memorySink(() => assert.fail('an empty file'), 'video/webm');
  await sink.finish();
});

test('what browsers record', () => {
  const kinds = (/** @type {RegExp} */ supported, sound = true) => recordingType((type) => supported.test(type), sound);
  assert.deepEqual(kinds(/./), { type: 'video/mp4;codecs="avc3.640034,mp4a.40.2"', extension: 'mp4' });
  assert.deepEqual(kinds(/./, false), { type: 'video/mp4;codecs="avc3.640034"', extension: 'mp4' });
  assert.deepEqual(kinds(/webm;codecs="vp8|webm$/), { type: 'video/webm;codecs="vp8,opus"', extension: 'webm' });
  assert.deepEqual(kinds(/webm;codecs="vp8|webm$/, false), { type: 'video/webm;codecs="vp8"', extension: 'webm' });
  assert.deepEqual(kinds(/mp4$/), { type: 'video/mp4', extension: 'mp4' });
  assert.equal(kinds(/^$/), undefined);
});

test('time and size in words', () => {
  assert.equal(progressWords(0, 0), '0:00 · 0.0 MB');
  assert.equal(progressWords(65.9, 3_240_000), '1:05 · 3.2 MB');
  assert.equal(progressWords(3661, 2_345_000_000), '1:01:01 · 2.35 GB');
});

test('a large picture has bits enough, and a small one not too few', () => {
  const bits = (/** @type {number} */ videoWidth, /** @type {number} */ videoHeight) => recorderOptions('', { videoWidth, videoHeight }).videoBitsPerSecond;
  assert.equal(bits(0, 0), 2_500_000);
  assert.equal(bits(1920, 1080), 8_294_400);
  assert.ok(bits(3840, 2160) > 30_000_000);
});
