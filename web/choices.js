// @ts-check
// What the person chose on the send page, kept for the next time. What is read
// back may be from an older page or from anybody's hands: a value that does not
// fit is the default.

/**
 * A camera or microphone as it is remembered: browsers change the id, and the label stays.
 *
 * @typedef {{id: string, label: string}} Device
 */

/**
 * @typedef {object} ChoiceValues
 * @property {Device} camera '' and '' for the browser's choice
 * @property {Device} microphone the same
 * @property {string} name what viewers call this camera; '' is taken from the device
 * @property {number} height of the picture, on its shorter side, in pixels
 * @property {number} frameRate pictures a second
 * @property {'' | 'sharp' | 'smooth'} look what to keep when the network has not room for both; '' leaves it to the browser
 * @property {number} bitrate at most, for each viewer, in bit/s; 0 is no limit
 * @property {'' | 'on' | 'off'} mirror of the own preview; '' mirrors a front camera
 * @property {boolean} music sound as it is, for instruments: no echo cancelling or noise suppression
 * @property {Record<string, Record<string, number | string>>} tools zoom, focus and exposure, by the camera's label
 */

/** @type {ChoiceValues} */
export const DEFAULTS = {
  camera: { id: '', label: '' },
  microphone: { id: '', label: '' },
  name: '',
  height: 720,
  frameRate: 30,
  look: '',
  bitrate: 0,
  mirror: '',
  music: false,
  tools: {},
};

const KEY = 'send-choices';

/** What the protocol allows for a camera's name. */
export const NAME_LENGTH = 64;

/** The choices of this browser. */
export class Choices {
  #store;
  /** @type {Readonly<ChoiceValues>} */
  values;

  /** @param {import('./identity.js').Store} store */
  constructor(store) {
    this.#store = store;
    this.values = readChoices(store.getItem(KEY) ?? '');
  }

  /** @param {Partial<ChoiceValues>} some */
  set(some) {
    this.values = { ...this.values, ...some };
    this.#store.setItem(KEY, JSON.stringify(this.values));
  }
}

/**
 * @param {string} json
 * @returns {ChoiceValues}
 */
export function readChoices(json) {
  const found = parse(json);
  return {
    camera: device(found.camera),
    microphone: device(found.microphone),
    name: text(found.name).slice(0, NAME_LENGTH),
    height: number(found.height, DEFAULTS.height, 1),
    frameRate: number(found.frameRate, DEFAULTS.frameRate, 1),
    look: oneOf(found.look, /** @type {const} */ (['', 'sharp', 'smooth'])),
    bitrate: number(found.bitrate, 0, 0),
    mirror: oneOf(found.mirror, /** @type {const} */ (['', 'on', 'off'])),
    music: found.music === true,
    tools: tools(found.tools),
  };
}

/**
 * @param {string} json
 * @returns {Record<string, unknown>}
 */
function parse(json) {
  try {
    return object(JSON.parse(json));
  } catch {
    return {}; // none yet, or not ours
  }
}

/**
 * @param {unknown} value
 * @returns {Record<string, unknown>}
 */
function object(value) {
  return typeof value === 'object' && value !== null ? /** @type {Record<string, unknown>} */ (value) : {};
}

/** @param {unknown} value */
function text(value) {
  return typeof value === 'string' ? value : '';
}

/**
 * @param {unknown} value
 * @param {number} otherwise
 * @param {number} min
 */
function number(value, otherwise, min) {
  return typeof value === 'number' && Number.isFinite(value) && value >= min ? value : otherwise;
}

/**
 * The value if it is among these, else the first of them.
 *
 * @template {string} T
 * @param {unknown} value
 * @param {readonly T[]} values
 */
function oneOf(value, values) {
  return values.find((each) => each === value) ?? values[0];
}

/**
 * @param {unknown} value
 * @returns {Device}
 */
function device(value) {
  const { id, label } = object(value);
  return { id: text(id), label: text(label) };
}

/** @param {unknown} value */
function tools(value) {
  /** @type {ChoiceValues['tools']} */
  const read = {};
  for (const [label, settings] of Object.entries(object(value))) {
    const kept = Object.entries(object(settings)).filter(([, set]) => typeof set === 'number' || typeof set === 'string');
    read[label] = /** @type {Record<string, number | string>} */ (Object.fromEntries(kept));
  }
  return read;
}
