// @ts-check

/**
 * Keeps the screen on while it is wanted. The browser lets go of it whenever the
 * page is hidden, so it is taken again each time the page is shown.
 *
 * @see https://www.w3.org/TR/screen-wake-lock/
 */
export class WakeLock {
  #wanted = false;
  /** @type {WakeLockSentinel | undefined} */
  #held;
  #asking = false;

  /** @param {AbortSignal} signal lets go of it for good */
  constructor(signal) {
    document.addEventListener('visibilitychange', () => void this.#settle(), { signal });
    signal.addEventListener('abort', () => this.want(false));
  }

  /** @param {boolean} wanted */
  want(wanted) {
    if (wanted === this.#wanted) return;
    this.#wanted = wanted;
    void this.#settle();
  }

  async #settle() {
    if (this.#asking || !('wakeLock' in navigator)) return;
    const held = this.#held !== undefined && !this.#held.released;
    if (held === this.#wanted || (this.#wanted && document.hidden)) return;
    this.#asking = true;
    try {
      if (this.#wanted) this.#held = await navigator.wakeLock.request('screen');
      else await this.#held?.release();
    } catch {
      this.#asking = false; // a low battery forbids it, or the page was hidden meanwhile: it is asked for when shown again
      return;
    }
    this.#asking = false;
    await this.#settle(); // it may have been wanted otherwise meanwhile
  }
}
