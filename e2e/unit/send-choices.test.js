// @ts-check
import assert from 'node:assert/strict';
import test from 'node:test';
import { Choices, DEFAULTS, readChoices } from '../../web/choices.js';
import { deviceOf, find, mirrored, nameOf, next } from '../../web/devices.js';
import { loudness } from '../../web/meter.js';
import { bitrates, frameRates, heights, inForce } from '../../web/quality-lists.js';
import { cameraConstraints, contentHintOf, encodingOf, microphoneConstraints, soundBitrateOf } from '../../web/quality.js';
import { remember, restoreTools, toolConstraints, toolsOf } from '../../web/tools.js';

test('choices come back as they were set', () => {
  const kept = new Map();
  const store = { getItem: (/** @type {string} */ key) => kept.get(key) ?? null, setItem: (/** @type {string} */ key, /** @type {string} */ value) => void kept.set(key, value) };
  const choices = new Choices(store);
  assert.deepEqual(choices.values, DEFAULTS);
  choices.set({ camera: { id: 'a', label: 'A' }, height: 1080, look: 'sharp', tools: { A: { zoom: 2, focusMode: 'manual' } } });
  assert.deepEqual(new Choices(store).values, { ...DEFAULTS, camera: { id: 'a', label: 'A' }, height: 1080, look: 'sharp', tools: { A: { zoom: 2, focusMode: 'manual' } } });
});

test('choices that make no sense are the defaults', () => {
  for (const json of ['', 'x', 'null', '[]', '7']) assert.deepEqual(readChoices(json), DEFAULTS);
  const wrong = { camera: 7, microphone: { id: 3 }, name: {}, height: -1, frameRate: 'x', look: 'odd', bitrate: null, mirror: 1, music: 'yes', tools: { A: { torch: true, zoom: null } } };
  assert.deepEqual(readChoices(JSON.stringify(wrong)), { ...DEFAULTS, tools: { A: {} } });
  assert.equal(readChoices(JSON.stringify({ name: 'x'.repeat(100) })).name.length, 64);
});

const LISTED = [{ deviceId: 'a', label: 'Front' }, { deviceId: 'b', label: 'Back' }];

test('a remembered device is found by its id, else by its label', () => {
  assert.equal(find(LISTED, { id: 'b', label: 'Front' })?.deviceId, 'b');
  assert.equal(find(LISTED, { id: 'old', label: 'Back' })?.deviceId, 'b');
  assert.equal(find(LISTED, { id: 'old', label: 'Gone' }), undefined);
  // Before permission was given nothing has an id or a label.
  assert.equal(find([{ deviceId: '', label: '' }], { id: '', label: '' }), undefined);
});

test('the next device, in a circle', () => {
  assert.equal(next(LISTED, 'a')?.deviceId, 'b');
  assert.equal(next(LISTED, 'b')?.deviceId, 'a');
  assert.equal(next(LISTED, 'unknown')?.deviceId, 'a');
  assert.equal(next([], 'a'), undefined);
});

test('names and mirrors', () => {
  assert.equal(nameOf('HD Webcam C920 (046d:082d)'), 'HD Webcam C920');
  assert.equal(nameOf(''), 'Camera');
  const track = (/** @type {MediaTrackSettings} */ settings) => /** @type {MediaStreamTrack} */ ({ label: 'L', getSettings: () => settings });
  assert.deepEqual(deviceOf(track({ deviceId: 'a' })), { id: 'a', label: 'L' });
  assert.equal(mirrored('', track({ facingMode: 'user' })), true);
  assert.equal(mirrored('', track({ facingMode: 'environment' })), false);
  assert.equal(mirrored('', track({})), false);
  assert.equal(mirrored('on', track({})), true);
  assert.equal(mirrored('off', track({ facingMode: 'user' })), false);
  assert.equal(mirrored('', undefined), false);
});

test('a camera is asked for what was chosen, and never told that it must', () => {
  assert.deepEqual(cameraConstraints({ height: 1080, frameRate: 60 }, { deviceId: { exact: 'a' } }), { deviceId: { exact: 'a' }, width: { ideal: 1920 }, height: { ideal: 1080 }, frameRate: { ideal: 60 } });
});

test('music is not processed', () => {
  const microphone = { id: 'm', label: '' };
  assert.deepEqual(microphoneConstraints({ microphone, music: true }), { deviceId: { exact: 'm' }, echoCancellation: false, noiseSuppression: false, autoGainControl: false, channelCount: { ideal: 2 } });
  assert.deepEqual(microphoneConstraints({ microphone: { id: '', label: '' }, music: false }), { echoCancellation: true, noiseSuppression: true, autoGainControl: true });
  assert.equal(soundBitrateOf({ music: false }), undefined);
  assert.ok(Number(soundBitrateOf({ music: true })) > 64_000);
});

test('no ceiling is none', () => {
  assert.deepEqual(encodingOf({ bitrate: 0, look: '' }), { maxBitrate: undefined, degradationPreference: undefined });
  assert.deepEqual(encodingOf({ bitrate: 2e6, look: 'smooth' }), { maxBitrate: 2e6, degradationPreference: 'maintain-framerate' });
  assert.equal(contentHintOf('', 'camera'), '');
  assert.equal(contentHintOf('', 'screen'), 'detail');
  assert.equal(contentHintOf('smooth', 'screen'), 'motion');
});

test('the resolutions that a camera has, its own largest among them', () => {
  const values = (/** @type {{value: number}[]} */ options) => options.map(({ value }) => value);
  assert.deepEqual(values(heights({ width: { max: 1600 }, height: { max: 1200 } }, 720)), [1200, 1080, 720, 540, 480, 360, 240]);
  // A phone that stands upright.
  assert.deepEqual(values(heights({ width: { max: 1080 }, height: { max: 1920 } }, 720)), [1080, 720, 540, 480, 360, 240]);
  assert.equal(heights(undefined, 720)[0].label, '2160p');
  assert.ok(values(heights({ width: { max: 640 }, height: { max: 480 } }, 720)).includes(720), 'what was chosen is there to see');
  assert.deepEqual(values(frameRates({ frameRate: { max: 30.00003 } }, 30)), [30, 24, 15, 10, 5]);
  assert.deepEqual(bitrates(3e6).map(({ label }) => label), ['No limit', '0.5 Mbit/s', '1 Mbit/s', '2 Mbit/s', '3 Mbit/s', '4 Mbit/s', '8 Mbit/s', '16 Mbit/s']);
});

test('what is in force, in plain figures', () => {
  assert.match(inForce({ width: 1280, height: 720, frameRate: 29.97 }, 2e6), /1280 × 720, 30 pictures a second, at most 2 Mbit\/s/);
  assert.match(inForce({ width: 1280, height: 720 }, 0), /1280 × 720, as much as/);
  assert.match(inForce(undefined, 0), /no picture/);
});

const CAPABILITIES = {
  torch: true,
  zoom: { min: 1, max: 4, step: 0.5 },
  focusMode: ['continuous', 'manual'],
  focusDistance: { min: 0, max: 1, step: 0 },
  exposureMode: ['continuous'],
  exposureTime: { min: 1, max: 9, step: 1 },
  exposureCompensation: { min: 0, max: 0, step: 1 },
};

test('what a camera can be set to, and nothing that it cannot', () => {
  const tools = toolsOf(CAPABILITIES, { zoom: 2, torch: false, focusMode: 'manual' });
  assert.deepEqual(tools.map(({ key }) => key), ['torch', 'focusMode', 'zoom', 'focusDistance']);
  assert.deepEqual(tools[2], { key: 'zoom', label: 'Zoom', kind: 'slider', value: 2, min: 1, max: 4, step: 0.5 });
  assert.equal(/** @type {import('../../web/tools.js').Slider} */ (tools[3]).step, 0.01);
  assert.deepEqual(toolsOf({}, {}), []);
  assert.deepEqual(toolsOf({ torch: [false, true] }, {}).map(({ key }) => key), ['torch']);
});

test('a tool takes its mode along', () => {
  assert.deepEqual(toolConstraints('zoom', 2), { advanced: [{ zoom: 2 }] });
  assert.deepEqual(toolConstraints('focusDistance', 0.5), { advanced: [{ focusMode: 'manual', focusDistance: 0.5 }] });
  assert.deepEqual(remember({ zoom: 2 }, 'torch', true), { zoom: 2 });
  assert.deepEqual(remember({ zoom: 2, focusDistance: 0.5 }, 'focusMode', 'continuous'), { zoom: 2, focusMode: 'continuous' });
});

test('remembered tools are set again where the camera has them', async () => {
  /** @type {unknown[]} */
  const applied = [];
  const track = /** @type {any} */ ({ getCapabilities: () => CAPABILITIES, applyConstraints: async (/** @type {unknown} */ constraints) => void applied.push(constraints) });
  await restoreTools(track, { zoom: 3, exposureTime: 4 });
  assert.deepEqual(applied, [toolConstraints('zoom', 3)]);
});

test('loudness', () => {
  assert.equal(loudness(new Float32Array(64)), 0);
  assert.equal(loudness(new Float32Array(64).fill(1)), 1);
  const quiet = loudness(new Float32Array(64).fill(0.01));
  assert.ok(quiet > 0.2 && quiet < 0.5, String(quiet));
});
