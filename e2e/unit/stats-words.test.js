// @ts-check
import assert from 'node:assert/strict';
import test from 'node:test';
import { bitrateText, rows } from '../../web/stats-words.js';

/** @param {import('../../web/stats.js').Figures} figures */
const texts = (figures) => Object.fromEntries(rows(figures).map(({ name, text }) => [name, text]));

test('every figure has its line and its unit', () => {
  const figures = {
    width: 1280, height: 720, fps: 29.7, bitrate: 2_140_000, codec: 'VP8', roundTrip: 0.0123, jitterBuffer: 1.24, lost: 12, lostShare: 0.031, freezes: 2, freezeTime: 1.42,
    route: { kind: /** @type {const} */ ('direct'), local: 'host', remote: 'srflx', protocol: 'udp' }, audioCodec: 'Opus', audioBitrate: 31_800, audioLevel: 0.1,
  };
  assert.deepEqual(texts(figures), {
    Resolution: '1280 × 720',
    'Frame rate': '30 fps',
    Bitrate: '2.1 Mbit/s',
    Codec: 'VP8',
    'Round trip': '12 ms',
    'Jitter buffer': '1.2 s',
    'Lost packets': '12, now 3.1 %',
    Freezes: '2, 1.4 s in all',
    Route: 'direct, host to srflx, UDP',
    Sound: 'Opus, 32 kbit/s, -20 dB',
  });
});

test('what is not known is a dash, never "undefined"', () => {
  for (const { name, text } of rows({})) assert.equal(text, name === 'Sound' ? 'none' : '–', name);
});

test('zero is a figure', () => {
  const zero = texts({ fps: 0, bitrate: 0, roundTrip: 0, jitterBuffer: 0, lost: 0, lostShare: 0, freezes: 0, freezeTime: 0, audioCodec: 'Opus', audioBitrate: 0, audioLevel: 0 });
  const want = { 'Frame rate': '0 fps', Bitrate: '0 kbit/s', 'Round trip': 'below 1 ms', 'Lost packets': '0', Freezes: '0', Sound: 'Opus, 0 kbit/s, silent' };
  for (const [name, text] of Object.entries(want)) assert.equal(zero[name], text);
});

test('the unit changes where the digits do', () => {
  assert.deepEqual([999_499, 999_500, 99_940_000, 99_960_000].map(bitrateText), ['999 kbit/s', '1.0 Mbit/s', '99.9 Mbit/s', '100 Mbit/s']);
});
