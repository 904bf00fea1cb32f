// @ts-check

/** @typedef {import('./picture.js').Turn} Turn */

/** Turns are kept for so many cameras. */
const KEPT = 32;

/** How the person turned each camera's picture, kept for as long as the tab. */
export class Turns {
  #store;
  /** @type {Map<string, Turn>} */
  #turns;

  /** @param {import('./identity.js').Store} store */
  constructor(store) {
    this.#store = store;
    this.#turns = new Map(read(store.getItem('turns')));
  }

  /** @param {string} camera its inbox */
  get(camera) {
    return this.#turns.get(camera) ?? 0;
  }

  /**
   * @param {string} camera
   * @param {Turn} turn
   */
  set(camera, turn) {
    this.#turns.delete(camera); // the latest stands last
    this.#turns.set(camera, turn);
    if (this.#turns.size > KEPT) this.#turns.delete([...this.#turns.keys()][0]);
    this.#store.setItem('turns', JSON.stringify([...this.#turns]));
  }
}

/**
 * @param {string | null} kept
 * @returns {[string, Turn][]}
 */
function read(kept) {
  try {
    const entries = JSON.parse(kept ?? '[]');
    return entries.filter((/** @type {unknown} */ entry) => Array.isArray(entry) && [0, 1, 2, 3].includes(entry[1]));
  } catch {
    return []; // not what this page wrote
  }
}
