// @ts-check
// Waiting that always has an owner: everything here ends with an AbortSignal
// or with a call of its own, so that no timer outlives what it was for.

/**
 * Resolves after ms milliseconds, or rejects with the signal's reason.
 *
 * @param {number} ms
 * @param {AbortSignal} signal
 * @returns {Promise<void>}
 */
export function sleep(ms, signal) {
  return new Pause().wait(ms, signal);
}

/**
 * A signal that fires when one of two does. (AbortSignal.any, which browsers have only since 2024.)
 *
 * @param {AbortSignal} one
 * @param {AbortSignal} other
 */
export function either(one, other) {
  const both = new AbortController();
  for (const signal of [one, other]) {
    if (signal.aborted) both.abort(signal.reason);
    else signal.addEventListener('abort', () => both.abort(signal.reason), { signal: both.signal });
  }
  return both.signal;
}

/** Waits that can be cut short by the one who knows that waiting is over. */
export class Pause {
  /** @type {Set<() => void>} */
  #waiting = new Set();

  /**
   * Resolves after ms milliseconds (Infinity: never by itself) or at the next
   * {@link Pause.end}; rejects with the signal's reason.
   *
   * @param {number} ms
   * @param {AbortSignal} signal
   * @returns {Promise<void>}
   */
  wait(ms, signal) {
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(signal.reason);
        return;
      }
      const timer = ms === Infinity ? undefined : setTimeout(() => finish(resolve), ms);
      const done = () => finish(resolve);
      const aborted = () => finish(() => reject(signal.reason));
      const finish = (/** @type {() => void} */ settle) => {
        clearTimeout(timer);
        this.#waiting.delete(done);
        signal.removeEventListener('abort', aborted);
        settle();
      };
      this.#waiting.add(done);
      signal.addEventListener('abort', aborted);
    });
  }

  /** Ends every wait that is under way. */
  end() {
    for (const done of [...this.#waiting]) done();
  }
}

/**
 * Growing delays between attempts, with "equal jitter": half of each delay is
 * random, so that many clients of a restarted server do not return together.
 */
export class Backoff {
  #attempt = 0;
  #min;
  #max;
  #random;

  /** @param {{min?: number, max?: number, random?: () => number}} [options] milliseconds */
  constructor({ min = 200, max = 5000, random = Math.random } = {}) {
    this.#min = min;
    this.#max = max;
    this.#random = random;
  }

  /** The delay before the next attempt, in milliseconds. */
  next() {
    const full = Math.min(this.#max, this.#min * 2 ** this.#attempt);
    if (full < this.#max) this.#attempt++;
    return full / 2 + (full / 2) * this.#random();
  }

  /** Call after a success: the next delay is the shortest again. */
  reset() {
    this.#attempt = 0;
  }
}

/**
 * An AbortSignal that follows a parent and fires on its own when it is not
 * fed in time; its reason then is a TimeoutError.
 */
export class Watchdog {
  #controller = new AbortController();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #parent;
  #follow = () => this.bite(this.#parent.reason);

  /**
   * @param {AbortSignal} parent
   * @param {number} ms
   */
  constructor(parent, ms) {
    this.#parent = parent;
    if (parent.aborted) {
      this.bite(parent.reason);
      return;
    }
    parent.addEventListener('abort', this.#follow);
    this.feed(ms);
  }

  get signal() {
    return this.#controller.signal;
  }

  /** Allows ms milliseconds from now. @param {number} ms */
  feed(ms) {
    clearTimeout(this.#timer);
    if (this.signal.aborted) return;
    this.#timer = setTimeout(() => this.bite(new DOMException('no answer in time', 'TimeoutError')), ms);
  }

  /** Fires now. @param {unknown} reason */
  bite(reason) {
    this.release();
    this.#controller.abort(reason);
  }

  /** Ends the watch; the signal will not fire any more. */
  release() {
    clearTimeout(this.#timer);
    this.#parent.removeEventListener('abort', this.#follow);
  }
}
