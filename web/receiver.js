// @ts-check
import { MailboxError } from './mailbox-error.js';
import { Backoff, Pause } from './timing.js';

/**
 * How a receiver stands, seen from the camera: 'waiting' it is not there yet,
 * 'connecting', 'live' it gets the picture, 'reconnecting' it had it.
 *
 * @typedef {'waiting' | 'connecting' | 'live' | 'reconnecting'} ReceiverState
 */

/**
 * A session and the receiver it is for ('' while that is open), and when it was
 * made, on the clock of performance.now().
 *
 * @typedef {{session: import('./session.js').Session, to: string, made: number}} Opened
 */

/** For an answer to come before the offer is sent again, and what it grows to. In milliseconds. */
const ANSWER = { min: 2000, max: 5000, random: () => 1 };

/** Between two questions whether the receiver is there by now. In milliseconds. */
const ABSENT = 1000;

/** An unanswered offer older than this is made anew: its candidates may be gone. In milliseconds. */
const FRESH = 30_000;

/** What the camera knows of one receiver, and the offers that it makes to it. */
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

  /**
   * One session from its offer to its end.
   *
   * @param {Opened} opened
   * @param {AbortSignal} signal
   * @param {() => void} onchange called when the receiver was found there, or absent
   */
  async attempt(opened, signal, onchange) {
    opened.to = this.id;
    this.wanted = undefined;
    this.session = opened.session;
    void this.#offer(opened, signal, onchange).catch(() => opened.session.end('lost'));
    return opened.session.ended;
  }

  /**
   * Sends the offer until it is answered or too old.
   *
   * @param {Opened} opened
   * @param {AbortSignal} signal
   * @param {() => void} onchange
   */
  async #offer({ session, made }, signal, onchange) {
    const answer = new Backoff(ANSWER);
    while (session.unanswered) {
      let delay;
      try {
        await session.offer();
        this.absent = false;
        delay = answer.next();
      } catch (error) {
        if (!(error instanceof MailboxError)) throw error;
        this.absent = error.code === 'absent';
        delay = ABSENT;
      }
      onchange();
      if (!session.unanswered) return;
      await this.pause.wait(delay, signal);
      if (session.unanswered && performance.now() - made > FRESH) session.end('replaced');
    }
  }
}
