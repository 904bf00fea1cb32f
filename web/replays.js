// @ts-check

/** @typedef {import('./identity.js').Store} Store */

/** How many are remembered; the oldest is forgotten first. A session takes two or three. */
const LIMIT = 512;

/** Where they are kept, so that a reload forgets none. */
const NAME = 'seen-nonces';

/**
 * Which sealed messages came before. A server that cannot forge a message can
 * still deliver an old one again; one that begins or ends a session counts once.
 */
export class Replays {
  #store;
  #seen;
  /** Those of earlier pages: a server that has not heard that they arrived delivers them again, and means no harm. */
  #earlier;

  /** @param {Store} store */
  constructor(store) {
    this.#store = store;
    this.#seen = new Set((store.getItem(NAME) ?? '').split(' ').filter(Boolean));
    this.#earlier = new Set(this.#seen);
  }

  /**
   * Remembers a nonce.
   *
   * @param {string} nonce
   * @returns {'new' | 'earlier' | 'replayed'} 'earlier': it came to this page before it was loaded anew
   */
  take(nonce) {
    if (this.#seen.has(nonce)) return this.#earlier.delete(nonce) ? 'earlier' : 'replayed';
    this.#seen.add(nonce);
    for (const oldest of this.#seen) {
      if (this.#seen.size <= LIMIT) break;
      this.#seen.delete(oldest);
    }
    this.#store.setItem(NAME, [...this.#seen].join(' '));
    return 'new';
  }
}
