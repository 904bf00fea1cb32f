// @ts-check

/**
 * Keeps the screen of this device on while it is wanted, where the browser can.
 * A lock is lost whenever the page is hidden, and taken again when it is back.
 */
export class WakeLock {
  #signal;
  #wanted = false;
  /** @type {Promise<WakeLockSentinel | undefined>} */
  #held = Promise.resolve(undefined);

  /** @param {AbortSignal} signal */
  constructor(signal) {
    this.#signal = signal;
    document.addEventListener('visibilitychange', () => this.#take(), { signal });
    signal.addEventListener('abort', () => this.want(false));
  }

  /** @param {boolean} wanted */
  want(wanted) {
    if (this.#wanted === wanted) return;
    this.#wanted = wanted;
    this.#take();
  }

  /** Takes or gives back the lock, behind what is under way. */
  #take() {
    this.#held = this.#held.then(async (sentinel) => {
      const wanted = this.#wanted && !this.#signal.aborted && !document.hidden;
      if (wanted && sentinel && !sentinel.released) return sentinel;
      await sentinel?.release();
      return wanted ? navigator.wakeLock?.request('screen') : undefined;
    }).catch(() => undefined); // the battery is low, or the person does not want it
  }
}
