// @ts-check
import { randomId } from './identity.js';
import { MailboxError, errorOf, isFinal, retryAfter } from './mailbox-error.js';
import { Backoff, Pause, Watchdog } from './timing.js';

/**
 * Makes one request that puts a message into the inbox `to`.
 *
 * @typedef {(to: string, init: RequestInit, signal: AbortSignal) => Promise<Response>} Post
 */

/**
 * The messages on their way out: for each receiver one after the other, so that
 * none overtakes another, and each until the server has it.
 */
export class Outbox {
  #post;
  #times;
  #pause = new Pause();
  /** The end of each receiver's queue. @type {Map<string, Promise<void>>} */
  #queues = new Map();

  /**
   * @param {Post} post
   * @param {{post: number, minDelay: number, maxDelay: number}} times milliseconds: for one attempt, and between two
   */
  constructor(post, times) {
    this.#post = post;
    this.#times = times;
  }

  /**
   * @param {string} to
   * @param {string} body
   * @param {{signal: AbortSignal, maxAge: number}} options maxAge in milliseconds
   * @returns {Promise<void>} rejects with a {@link MailboxError} or the signal's reason
   */
  send(to, body, { signal, maxAge }) {
    const deadline = performance.now() + maxAge;
    const before = this.#queues.get(to) ?? Promise.resolve();
    const sent = before.then(() => this.#deliver(to, body, deadline, signal));
    const settled = sent.catch(() => {}); // the caller sees it; the next message goes out all the same
    this.#queues.set(to, settled);
    void settled.then(() => {
      if (this.#queues.get(to) === settled) this.#queues.delete(to);
    });
    return sent;
  }

  /** What waits for the server tries again now. */
  wake() {
    this.#pause.end();
  }

  /**
   * @param {string} to
   * @param {string} body
   * @param {number} deadline
   * @param {AbortSignal} signal
   */
  async #deliver(to, body, deadline, signal) {
    // The same key each time: a message whose answer was lost is not queued twice.
    const headers = { 'Content-Type': 'application/json', 'Idempotency-Key': randomId() };
    const backoff = new Backoff({ min: this.#times.minDelay, max: this.#times.maxDelay });
    for (;;) {
      if (signal.aborted) throw signal.reason;
      if (performance.now() >= deadline) throw new MailboxError('stale');
      const watchdog = new Watchdog(signal, this.#times.post);
      let delay;
      try {
        const response = await this.#post(to, { body, headers }, watchdog.signal);
        if (response.ok) return;
        throw await errorOf(response);
      } catch (error) {
        if (isFinal(error)) throw error;
        delay = Math.max(backoff.next(), retryAfter(error));
      } finally {
        watchdog.release();
      }
      await this.#pause.wait(delay, signal);
    }
  }
}
