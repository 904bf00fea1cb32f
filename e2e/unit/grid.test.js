// @ts-check
import assert from 'node:assert/strict';
import test from 'node:test';
import { gridShape } from '../../web/grid.js';

const WIDE = 16 / 9;
const TALL = 9 / 16;

/** @param {number} n @param {number} ratio */
const alike = (n, ratio) => Array(n).fill(ratio);

test('the shape follows the page and the pictures', () => {
  const shapes = /** @type {const} */ ([
    [1440, 900, alike(1, WIDE), 1, 1],
    [1440, 900, alike(2, WIDE), 1, 2],
    [1920, 1080, alike(2, WIDE), 2, 1],
    [360, 740, alike(2, WIDE), 1, 2],
    [1440, 900, alike(2, TALL), 2, 1],
    [1440, 900, alike(3, WIDE), 2, 2],
    [1440, 900, alike(3, TALL), 3, 1],
    [1440, 900, alike(4, WIDE), 2, 2],
    [360, 740, alike(4, WIDE), 1, 4],
    [360, 740, alike(4, TALL), 2, 2],
    [3840, 1080, alike(4, WIDE), 4, 1],
    [1600, 900, alike(9, WIDE), 3, 3],
    [1920, 1080, alike(16, WIDE), 4, 4],
  ]);
  for (const [width, height, ratios, columns, rows] of shapes) {
    assert.deepEqual(gridShape(width, height, [...ratios]), { columns, rows }, `${ratios.length} in ${width}x${height}`);
  }
});

test('every picture has a cell, and no row is empty', () => {
  for (let n = 1; n <= 16; n++) {
    for (const [width, height] of [[360, 740], [740, 360], [1440, 900], [3840, 2160], [1, 1000]]) {
      const ratios = Array.from({ length: n }, (_, i) => (i % 2 ? TALL : WIDE));
      const { columns, rows } = gridShape(width, height, ratios);
      assert.ok(columns * rows >= n && columns * (rows - 1) < n, `${n} in ${width}x${height}: ${columns}x${rows}`);
    }
  }
});

test('no other shape shows the pictures larger', () => {
  const ratios = [WIDE, 4 / 3, TALL, WIDE, 1];
  const { columns } = gridShape(1200, 700, ratios);
  const area = (/** @type {number} */ c) => {
    const [w, h] = [1200 / c, 700 / Math.ceil(ratios.length / c)];
    return ratios.reduce((sum, ratio) => sum + Math.min(w, h * ratio) ** 2 / ratio, 0);
  };
  for (const other of [1, 2, 3, 4, 5]) assert.ok(area(columns) >= area(other), `${other} columns are better than ${columns}`);
});

test('nothing to show is one cell', () => {
  assert.deepEqual(gridShape(100, 100, []), { columns: 1, rows: 1 });
  assert.deepEqual(gridShape(0, 0, [WIDE]), { columns: 1, rows: 1 });
});
