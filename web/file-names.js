// @ts-check
// Names of the files that the receive page makes.

/** What common file systems refuse in a name, and control characters. */
const REFUSED = /[\\/:*?"<>|\p{Cc}]/gu;

/**
 * A name such as "Kitchen 2026-03-01 16.05.09.png", in local time.
 *
 * @param {string} camera its name, which comes from outside
 * @param {Date} date
 * @param {string} extension
 */
export function fileName(camera, date, extension) {
  // A leading dot would hide the file.
  const name = camera.replaceAll(REFUSED, '_').replace(/^[.\s]+/, '').trim() || 'Camera';
  const two = (/** @type {number} */ n) => String(n).padStart(2, '0');
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-');
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join('.');
  return `${name} ${day} ${time}.${extension}`;
}
