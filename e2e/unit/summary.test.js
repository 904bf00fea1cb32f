// @ts-check
import assert from 'node:assert/strict';
import test from 'node:test';
import { Limits, summary } from '../../web/summary.js';

test('the best picture, and the bitrate of all viewers', () => {
  const weak = { width: 640, height: 360, fps: 60, bitrate: 300_000 };
  const strong = { width: 1920, height: 1080, fps: 29.6, bitrate: 1_800_000, audioBitrate: 32_000 };
  assert.equal(summary([weak, strong]), '1080p30 · 2.1 Mbit/s');
  assert.equal(summary([{ ...strong, width: 1080, height: 1920 }]), '1080p30 · 1.8 Mbit/s');
});

test('what is not known yet is left out', () => {
  assert.equal(summary([{ width: 1280, height: 720 }]), '720p');
  assert.equal(summary([{ fps: 30, bitrate: 500_000 }]), '500 kbit/s');
  assert.equal(summary([{}]), '');
  assert.equal(summary([]), '');
});

test('nothing is said of a picture that is not sent', () => {
  assert.equal(summary([{ width: 1280, height: 720, fps: 0, bitrate: 0 }]), '');
});

/** What is said after so many reads. @param {Limits} limits @param {('none' | 'cpu' | 'bandwidth' | undefined)[]} reasons @param {number} reads */
function after(limits, reasons, reads) {
  let said = '';
  for (let i = 0; i < reads; i++) said = limits.say(reasons.map((limitation) => ({ limitation })));
  return said;
}

test('a limit is said when it lasts, and no longer than it does', () => {
  const limits = new Limits();
  assert.equal(after(limits, ['bandwidth'], 7), '');
  assert.match(after(limits, ['bandwidth'], 1), /network is too slow/);
  assert.match(after(limits, ['bandwidth'], 100), /network is too slow/);
  assert.equal(after(limits, ['none'], 1), '');
  assert.equal(after(limits, ['cpu'], 7), '');
  assert.match(after(limits, ['cpu'], 1), /too busy/);
});

test('the device is to blame before the network, and one viewer is not all', () => {
  assert.match(after(new Limits(), ['bandwidth', 'cpu'], 8), /too busy/);
  assert.match(after(new Limits(), ['bandwidth', 'none'], 8), /to a viewer is too slow/);
  assert.equal(after(new Limits(), [undefined, 'none'], 20), '');
});
