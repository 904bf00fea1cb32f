// @ts-check

/**
 * Something that is loaded when it is first needed. A page that opens need not
 * wait for what it may never show.
 *
 * @template T
 */
export class Later {
  /** What was loaded. @type {T | undefined} */
  value;
  #load;
  #onload;
  #loading = false;

  /**
   * @param {() => Promise<T>} load
   * @param {() => void} [onload] called when it is there
   */
  constructor(load, onload = () => {}) {
    this.#load = load;
    this.#onload = onload;
  }

  /** Gives it, or undefined while it is on its way. What could not be loaded is tried again the next time. */
  need() {
    if (this.value === undefined && !this.#loading) void this.#start();
    return this.value;
  }

  /** Gives it if that is so, or if it is there already. @param {boolean} needed */
  needIf(needed) {
    return needed ? this.need() : this.value;
  }

  async #start() {
    this.#loading = true;
    try {
      this.value = await this.#load();
    } catch {
      return; // the server is away, and nothing but this is missing
    } finally {
      this.#loading = false;
    }
    this.#onload();
  }
}
