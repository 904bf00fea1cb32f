// @ts-check

/** @typedef {import('./receiver.js').Opened} Opened */

/** A prepared offer older than this is not sent: its candidates may be gone. In milliseconds. */
const FRESH = 120_000;

/** An offer that is ready, candidates included, before anybody is there to get it. */
export class Prepared {
  #open;
  /** @type {Opened | undefined} */
  #opened;

  /** @param {() => Opened} open makes one */
  constructor(open) {
    this.#open = open;
  }

  get session() {
    return this.#opened?.session;
  }

  /** Makes one anew. */
  async make() {
    this.close();
    const { session } = (this.#opened = this.#open());
    // One that cannot be prepared is made when it is needed, and fails there.
    await session.prepare().catch(() => session.end());
  }

  /**
   * Gives it away, if it is fresh and has no other name than the one that is wanted.
   *
   * @param {string | undefined} wanted
   */
  take(wanted) {
    const opened = this.#opened;
    this.#opened = undefined;
    if (opened && wanted === undefined && opened.session.state === 'new' && performance.now() - opened.made <= FRESH) {
      opened.made = performance.now();
      return opened;
    }
    opened?.session.end();
    return undefined;
  }

  close() {
    this.session?.end();
  }
}
