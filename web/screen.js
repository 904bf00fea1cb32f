// @ts-check
import { Channel } from './channel.js';
import { inHardware, preferAnswered } from './codecs.js';
import { showAtOnce } from './latency.js';
import { Session } from './session.js';
import { Viewer } from './viewer.js';

/** @typedef {import('./viewer.js').ViewedCamera} ViewedCamera */

/**
 * @typedef {object} ScreenOptions
 * @property {import('./identity.js').Identity & {key?: string}} identity
 * @property {string} [watch] the only camera that is shown; it is asked for as long as the page is open
 * @property {import('./identity.js').Store} store keeps which camera was the last, and what came before
 * @property {(camera: ViewedCamera) => void} onchange
 * @property {() => void} onstate called when the mailbox' state changes
 * @property {(refusal: import('./channel.js').Refusal) => void} [onrefused]
 */

/** How long a camera that stopped is left alone before it is asked again. In milliseconds. */
const ASK_AGAIN = 3000;

/** One inbox of a receive page, and the viewer that it brings messages to. */
export class Screen {
  #options;
  #signal;
  /** The codecs that this device decodes in hardware. @type {string[]} */
  #hardware = [];
  #asked = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #again;
  viewer = this.#newViewer();
  #channel;

  /**
   * @param {ScreenOptions} options
   * @param {AbortSignal} signal
   */
  constructor(options, signal) {
    const { identity, watch, store, onrefused } = options;
    this.#options = options;
    this.#signal = signal;
    this.#channel = new Channel({
      identity,
      peer: watch,
      store,
      onrefused,
      onmessage: (from, message) => this.viewer.receive(from, message),
      onstate: () => this.#mailboxChanged(),
    });
    void inHardware('decodingInfo').then((codecs) => (this.#hardware = codecs));
    signal.addEventListener('abort', () => clearTimeout(this.#again));
  }

  /** Whether messages are sealed, so that nobody stands in between. */
  get sealed() {
    return this.#channel.sealed;
  }

  get mailbox() {
    return this.#channel.mailbox;
  }

  run() {
    void this.mailbox.run(this.#signal);
  }

  /** Call when the page goes away. */
  close() {
    // A page that does not own the inbox must not close it.
    if (this.mailbox.state === 'open' || this.mailbox.state === 'offline') this.mailbox.requests.leave();
    for (const { session } of this.viewer.cameras.values()) session?.end();
  }

  /** The network may have changed. */
  nudge() {
    this.mailbox.nudge();
    this.viewer.nudge();
  }

  #newViewer() {
    return new Viewer({
      send: (to, message, signal) => this.#channel.send(to, message, signal),
      config: () => this.#channel.config,
      onchange: (camera) => this.#changed(camera),
      createSession: (options) => new Session({ ...options, onoffer: (pc) => this.#offered(pc) }),
    });
  }

  /** @param {RTCPeerConnection} pc */
  #offered(pc) {
    preferAnswered(pc, this.#hardware);
    showAtOnce(pc);
  }

  /** @param {ViewedCamera} camera */
  #changed(camera) {
    if (camera.state === 'live' || camera.state === 'connecting') this.#options.store.setItem(this.#lastName, camera.id);
    if (camera.state === 'ended' && camera.id === this.#options.watch && !this.#signal.aborted) {
      clearTimeout(this.#again);
      this.#again = setTimeout(() => this.viewer.watch(camera.id), ASK_AGAIN);
    }
    this.#options.onchange(camera);
  }

  #mailboxChanged() {
    const { state } = this.mailbox;
    if (state === 'displaced') {
      // The cameras turn to the reader that took over.
      this.viewer.close();
      this.viewer = this.#newViewer();
      this.#asked = false;
    }
    if (state === 'open') void this.#opened();
    this.#options.onstate();
  }

  async #opened() {
    await this.#channel.loadConfig(this.#signal);
    const { watch, store } = this.#options;
    const camera = watch ?? store.getItem(this.#lastName);
    if (camera && !this.#asked && !this.#signal.aborted) this.viewer.watch(camera);
    this.#asked = true;
  }

  get #lastName() {
    return this.sealed ? 'last-link-camera' : 'last-camera';
  }
}
