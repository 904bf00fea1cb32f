// @ts-check
// The small decisions of the receive page.
import assert from 'node:assert/strict';
import test from 'node:test';
import { fileName } from '../../web/file-names.js';
import { isVisible, nextTurn, shownState, turnedRatio } from '../../web/picture.js';
import { parseOptions } from '../../web/receive-options.js';
import { SHORTCUTS, meaning } from '../../web/shortcuts.js';
import { Turns } from '../../web/turns.js';

test('the options of the address', () => {
  const plain = { clean: false, muted: true, fit: 'contain', label: true };
  assert.deepEqual(parseOptions(''), plain);
  assert.deepEqual(parseOptions('?clean'), { ...plain, clean: true });
  assert.deepEqual(parseOptions('?clean=1&muted=0&fit=cover&label=0'), { clean: true, muted: false, fit: 'cover', label: false });
  assert.deepEqual(parseOptions('?clean=0&muted=1&fit=contain&label=1'), plain);
});

test('options without a value that is known are as if they were not there', () => {
  for (const search of ['?clean=yes&muted=no&fit=fill&label=2', '?CLEAN', '?%', '?muted=&fit=', '?unknown=1', '?clean=01']) {
    assert.deepEqual(parseOptions(search), { clean: false, muted: true, fit: 'contain', label: true }, search);
  }
});

/** @param {string} key @param {object} [held] */
const pressed = (key, held) => meaning({ key, ctrlKey: false, metaKey: false, altKey: false, repeat: false, ...held });

test('every shortcut means its action, with the shift key or caps lock as well', () => {
  for (const { key, action } of SHORTCUTS) {
    assert.equal(pressed(key), action);
    assert.equal(pressed(key.toUpperCase()), action);
  }
  assert.equal(new Set(SHORTCUTS.map(({ key }) => key)).size, SHORTCUTS.length);
});

test('digits choose a camera and Escape goes back', () => {
  assert.equal(pressed('1'), 1);
  assert.equal(pressed('9'), 9);
  assert.equal(pressed('0'), undefined);
  assert.equal(pressed('Escape'), 0);
});

test('keys of the browser and the system are left alone, and so is one that is held down', () => {
  for (const held of [{ ctrlKey: true }, { metaKey: true }, { altKey: true }, { repeat: true }]) {
    for (const key of ['s', 'r', 'f', '1', 'Escape']) assert.equal(pressed(key, held), undefined, JSON.stringify(held));
  }
  for (const key of ['Tab', 'Enter', ' ', 'ArrowLeft', 'x', 'F5']) assert.equal(pressed(key), undefined, key);
});

test('file names have the camera and the local time, and nothing that a file system refuses', () => {
  const date = new Date(2026, 2, 1, 16, 5, 9);
  assert.equal(fileName('Kitchen', date, 'png'), 'Kitchen 2026-03-01 16.05.09.png');
  assert.equal(fileName('a/b\\c:d*e?f"g<h>i|j\nk', date, 'mp4'), 'a_b_c_d_e_f_g_h_i_j_k 2026-03-01 16.05.09.mp4');
  assert.equal(fileName('../..', date, 'png'), '_.. 2026-03-01 16.05.09.png');
  assert.equal(fileName(' . ', date, 'png'), 'Camera 2026-03-01 16.05.09.png');
  assert.equal(fileName('Küche 📷', date, 'png'), 'Küche 📷 2026-03-01 16.05.09.png');
});

test('what stands on the screen: a picture that stopped is not called live', () => {
  const camera = { id: 'c', seen: true, name: '', stalled: false, state: /** @type {const} */ ('live'), video: /** @type {const} */ ('live') };
  assert.equal(shownState(camera), 'live');
  assert.equal(shownState({ ...camera, video: 'live', stalled: false }), 'live');
  assert.equal(shownState({ ...camera, stalled: true }), 'reconnecting');
  assert.equal(shownState({ ...camera, video: 'paused', stalled: true }), 'paused');
  assert.equal(shownState({ ...camera, video: 'away', stalled: true }), 'away');
  assert.equal(shownState({ ...camera, state: 'reconnecting', video: 'paused' }), 'reconnecting');
  assert.deepEqual((/** @type {const} */ (['asking', 'connecting', 'ended'])).map(isVisible), [false, false, false]);
});

test('turned pictures', () => {
  assert.equal(turnedRatio(1280, 720, 0), 16 / 9);
  assert.equal(turnedRatio(1280, 720, 1), 9 / 16);
  assert.equal(turnedRatio(1280, 720, 2), 16 / 9);
  assert.equal(turnedRatio(0, 0, 3), 9 / 16);
  assert.deepEqual((/** @type {const} */ ([0, 1, 2, 3])).map(nextTurn), [1, 2, 3, 0]);
});

/** @param {Record<string, string>} values */
const storeOf = (values) => ({
  getItem: (/** @type {string} */ key) => values[key] ?? null,
  setItem: (/** @type {string} */ key, /** @type {string} */ value) => void (values[key] = value),
});

test('turns are kept, for a bounded number of cameras', () => {
  /** @type {Record<string, string>} */
  const values = {};
  const turns = new Turns(storeOf(values));
  assert.equal(turns.get('a'), 0);
  turns.set('a', 3);
  assert.equal(new Turns(storeOf(values)).get('a'), 3);
  for (let i = 0; i < 40; i++) turns.set(`c${i}`, 1);
  assert.equal(new Turns(storeOf(values)).get('a'), 0);
  assert.equal(JSON.parse(values.turns).length, 32);
});

test('a store with anything else in it is no harm', () => {
  for (const kept of ['', 'x', '3', '{}', 'null', '[1]', '[["a",9]]', '[["a"]]']) {
    assert.equal(new Turns(storeOf({ turns: kept })).get('a'), 0, kept);
  }
});
