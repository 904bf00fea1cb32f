// @ts-check
import { candidateFits } from './messages.js';

/**
 * @typedef {import('./messages.js').CandidateMessage} CandidateMessage
 * @typedef {import('./messages.js').DescriptionMessage} DescriptionMessage
 */

/**
 * Candidates that came before their offer: pages that post concurrently let
 * them overtake it. The oldest make room for new ones.
 */
export class EarlyCandidates {
  /** @type {{from: string, message: CandidateMessage}[]} */
  #held = [];
  #limit;

  /** @param {number} [limit] how many are kept in all */
  constructor(limit = 64) {
    this.#limit = limit;
  }

  /**
   * @param {string} from
   * @param {CandidateMessage} message
   */
  hold(from, message) {
    this.#held.push({ from, message });
    if (this.#held.length > this.#limit) this.#held.shift();
  }

  /**
   * Returns the candidates that belong to an offer, and forgets all of its sender.
   *
   * @param {string} from
   * @param {DescriptionMessage} offer
   * @returns {CandidateMessage[]}
   */
  take(from, offer) {
    const own = this.#held.filter((held) => held.from === from);
    this.#held = this.#held.filter((held) => held.from !== from);
    return own
      .map(({ message }) => message)
      .filter(({ session, candidate }) => session === offer.session && candidateFits(candidate, offer.sdp));
  }
}
