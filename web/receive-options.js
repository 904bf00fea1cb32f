// @ts-check
// What the address of a receive page asks for between ? and #.

/**
 * @typedef {object} ReceiveOptions
 * @property {boolean} clean the picture alone on a transparent ground, for a program or a screen that nobody operates
 * @property {boolean} muted
 * @property {'contain' | 'cover'} fit the whole picture, or one that fills its place
 * @property {boolean} label whether several cameras have their names on them
 */

/**
 * Reads the options. One that is not there, or has no value that is known, is as
 * if it were not there.
 *
 * @param {string} search from its ? on
 * @returns {ReceiveOptions}
 */
export function parseOptions(search) {
  const values = new URLSearchParams(search);
  return {
    clean: isOn(values.get('clean'), false),
    muted: isOn(values.get('muted'), true),
    fit: values.get('fit') === 'cover' ? 'cover' : 'contain',
    label: isOn(values.get('label'), true),
  };
}

/**
 * A switch: a bare name or 1 is on, 0 is off.
 *
 * @param {string | null} value
 * @param {boolean} otherwise
 */
function isOn(value, otherwise) {
  if (value === '' || value === '1') return true;
  return value === '0' ? false : otherwise;
}
