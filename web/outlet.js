// @ts-check
import { Camera } from './camera.js';
import { Channel } from './channel.js';

/**
 * @typedef {object} OutletOptions
 * @property {import('./identity.js').Identity & {key?: string}} identity
 * @property {string} dial the receiver to dial on start; '' only serves those that ask
 * @property {boolean} exclusive whether nobody but that receiver is served
 * @property {import('./identity.js').Store} store
 * @property {MediaStream} stream
 * @property {() => string} name what viewers call this camera
 * @property {() => import('./negotiation.js').Negotiation | undefined} negotiation
 * @property {() => void} onchange called when the mailbox or a receiver changed
 * @property {(refusal: import('./channel.js').Refusal) => void} onrefused
 */

/** One inbox of a send page, and the camera that it brings messages to. */
export class Outlet {
  #options;
  #signal;
  #channel;
  camera;

  /**
   * @param {OutletOptions} options
   * @param {AbortSignal} signal
   */
  constructor(options, signal) {
    const { identity, dial, exclusive, store, stream, name, negotiation, onrefused } = options;
    this.#options = options;
    this.#signal = signal;
    this.#channel = new Channel({
      identity,
      peer: exclusive ? dial : undefined,
      store,
      onrefused,
      onmessage: (from, message) => this.camera.receive(from, message),
      onstate: () => this.#mailboxChanged(),
    });
    this.camera = new Camera({
      stream,
      name,
      negotiation,
      send: (to, message, signal) => this.#channel.send(to, message, signal),
      config: () => this.#channel.config,
      onchange: () => this.#receiversChanged(),
    });
    void this.mailbox.run(signal);
  }

  /** Whether messages are sealed, so that nobody stands in between. */
  get sealed() {
    return this.#channel.sealed;
  }

  get mailbox() {
    return this.#channel.mailbox;
  }

  start() {
    this.camera.start(this.#options.dial);
  }

  /** Gets the offer ready for the receiver that start will dial. */
  async prepare() {
    if (this.#options.dial !== '') await this.camera.prepare();
  }

  /** Call when the page goes away, before the signal fires. */
  close() {
    for (const { id, session } of this.camera.receivers) {
      if (session) this.#channel.sayGoodbye(id, session.id);
    }
    this.camera.close();
  }

  nudge() {
    this.mailbox.nudge();
    this.camera.nudge();
  }

  #receiversChanged() {
    for (const { id, state, session } of this.camera.receivers) {
      if (state === 'live') void this.#channel.prepareGoodbye(id, session?.id);
    }
    this.#options.onchange();
  }

  #mailboxChanged() {
    if (this.mailbox.state === 'displaced') this.camera.stop();
    if (this.mailbox.state === 'open') void this.#opened();
    this.#options.onchange();
  }

  async #opened() {
    if (await this.#channel.loadConfig(this.#signal)) await this.prepare();
  }
}
