// @ts-check
import { Pause } from './timing.js';

/**
 * How a receiver stands, seen from the camera: 'waiting' it is not there yet,
 * 'connecting', 'live' it gets the picture, 'reconnecting' it had it.
 *
 * @typedef {'waiting' | 'connecting' | 'live' | 'reconnecting'} ReceiverState
 */

/** What the camera knows of one receiver. */
export class Receiver {
  /** @type {import('./session.js').Session | undefined} */
  session;
  absent = false;
  connected = false; // since the last attempt
  seen = false; // ever
  pause = new Pause();

  /**
   * @param {string} id
   * @param {string} [wanted] the name that it wants for its next session
   */
  constructor(id, wanted) {
    this.id = id;
    this.wanted = wanted;
  }

  /** @returns {ReceiverState} */
  get state() {
    if (this.session?.state === 'connected') return 'live';
    if (this.absent) return 'waiting';
    return this.seen ? 'reconnecting' : 'connecting';
  }
}
