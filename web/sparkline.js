// @ts-check
// A small line that shows how a figure went, without axes: its least is the
// bottom at 0, its most the top.

/** The last values of a figure, the oldest first; undefined where it was not known. */
export class History {
  /** @type {(number | undefined)[]} */
  values = [];

  /** @param {number} length how many are kept */
  constructor(length) {
    this.length = length;
  }

  /** @param {number | undefined} value */
  add(value) {
    this.values.push(value);
    if (this.values.length > this.length) this.values.shift();
  }
}

/**
 * The line as the `d` of an SVG path. The newest value is at the right edge; the
 * line is broken where a value is not known.
 *
 * @param {History} history
 * @param {number} width
 * @param {number} height
 */
export function linePath({ values, length }, width, height) {
  const most = Math.max(...values.map((value) => value ?? 0)) || 1;
  const x = (/** @type {number} */ i) => width - ((values.length - 1 - i) * width) / (length - 1);
  const y = (/** @type {number} */ value) => height - (value / most) * height;
  let path = '';
  let pen = 'M';
  values.forEach((value, i) => {
    if (value !== undefined) path += `${pen}${x(i).toFixed(1)} ${y(value).toFixed(1)}`;
    pen = value === undefined ? 'M' : 'L';
  });
  return path;
}
