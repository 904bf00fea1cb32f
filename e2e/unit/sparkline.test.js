// @ts-check
import assert from 'node:assert/strict';
import test from 'node:test';
import { History, linePath } from '../../web/sparkline.js';

/** @param {(number | undefined)[]} values @param {number} length */
function history(values, length) {
  const history = new History(length);
  for (const value of values) history.add(value);
  return history;
}

test('only the last values are kept', () => {
  assert.deepEqual(history([1, 2, 3, 4], 3).values, [2, 3, 4]);
});

test('the newest is at the right, the most at the top, 0 at the bottom', () => {
  assert.equal(linePath(history([0, 5, 10], 3), 100, 20), 'M0.0 20.0L50.0 10.0L100.0 0.0');
  assert.equal(linePath(history([10], 3), 100, 20), 'M100.0 0.0');
});

test('the line is broken where nothing is known', () => {
  assert.equal(linePath(history([10, undefined, 5, 10], 5), 100, 20), 'M25.0 0.0M75.0 10.0L100.0 0.0');
});

test('a line of zeros lies at the bottom, and none is none', () => {
  assert.equal(linePath(history([0, 0], 2), 100, 20), 'M0.0 20.0L100.0 20.0');
  assert.equal(linePath(history([undefined], 2), 100, 20), '');
  assert.equal(linePath(history([], 2), 100, 20), '');
});
