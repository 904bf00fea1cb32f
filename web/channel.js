// @ts-check
import { parseMessage } from './messages.js';
import { Replays } from './replays.js';
import { Seal } from './seal.js';
import { Mailbox } from './signaling.js';

/** @typedef {import('./messages.js').Message} Message */

/**
 * Why a message was not accepted: 'plain' it was not sealed, 'broken' it was
 * changed or sealed with another key, 'replayed' it came before, 'stranger' it
 * is not from the inbox that the link names.
 *
 * @typedef {'plain' | 'broken' | 'replayed' | 'stranger'} Refusal
 */

/**
 * @typedef {object} ChannelOptions
 * @property {import('./identity.js').Identity & {key?: string}} identity of the inbox, and the key of the link; without one messages are plain
 * @property {string} [peer] the only inbox that messages are accepted from
 * @property {(from: string, message: Message) => void} onmessage
 * @property {(refusal: Refusal) => void} [onrefused]
 * @property {() => void} [onstate] called when the mailbox' state changed
 * @property {import('./identity.js').Store} store for what a reload must not forget
 * @property {(options: import('./signaling.js').MailboxOptions) => Mailbox} [createMailbox]
 */

/**
 * What lies between the server and a Camera or Viewer: a mailbox, which carries
 * text, and around it what makes messages of that. With a key everything is sealed and nothing else is accepted.
 * Both ways the order stays.
 */
export class Channel {
  mailbox;
  #seal;
  #peer;
  #onmessage;
  #onrefused;
  #replays;
  /** The last message packed, and the last one handled. */
  #packed = Promise.resolve('');
  #handled = Promise.resolve();
  /** @type {RTCIceServer[]} */
  #iceServers = [];
  /** Goodbyes sealed in advance: a page that goes away has no time for it. @type {Map<string, string>} */
  #goodbyes = new Map();

  /** @param {ChannelOptions} options */
  constructor({ identity, peer, onmessage, onrefused = () => {}, onstate = () => {}, store, createMailbox = (options) => new Mailbox(options) }) {
    const { id, password, key } = identity;
    this.mailbox = createMailbox({ url: globalThis.document?.baseURI, id, password, onmessage: (from, body) => void this.receive(from, body), onstate });
    this.#seal = key === undefined ? undefined : new Seal(key);
    this.#peer = peer;
    this.#onmessage = onmessage;
    this.#onrefused = onrefused;
    this.#replays = new Replays(store);
  }

  /** Whether messages are sealed, so that nobody stands in between. */
  get sealed() {
    return this.#seal !== undefined;
  }

  /** For connections to those that are met here. @returns {RTCConfiguration} */
  get config() {
    return { iceServers: this.#iceServers, bundlePolicy: 'max-bundle' };
  }

  /**
   * Asks the server for what {@link Channel.config} is to have. The mailbox must be open.
   *
   * @param {AbortSignal} signal
   * @returns {Promise<boolean>} whether there is anything; never rejects
   */
  async loadConfig(signal) {
    // Without ICE servers the two devices still find each other on one network.
    this.#iceServers = await this.mailbox.requests.iceServers(signal).catch(() => this.#iceServers);
    return this.#iceServers.length > 0;
  }

  /**
   * @param {string} to
   * @param {Message} message
   * @param {AbortSignal} signal
   * @returns {Promise<void>} rejects as {@link Mailbox.send} does
   */
  send(to, message, signal) {
    const packing = this.#packed.then(() => this.#pack(to, message));
    this.#packed = packing.catch(() => ''); // the caller sees it
    return packing.then((body) => this.mailbox.send(to, body, { signal }));
  }

  /**
   * Gets ready to say goodbye to a session while the page goes away.
   *
   * @param {string} to
   * @param {string | undefined} session
   */
  async prepareGoodbye(to, session) {
    const name = JSON.stringify([to, session]);
    if (!this.#goodbyes.has(name)) this.#goodbyes.set(name, await this.#pack(to, { type: 'bye', session }));
  }

  /**
   * @param {string} to
   * @param {string | undefined} session
   */
  sayGoodbye(to, session) {
    const plain = this.#seal ? undefined : JSON.stringify({ type: 'bye', session });
    const body = plain ?? this.#goodbyes.get(JSON.stringify([to, session]));
    if (body) this.mailbox.requests.sendLast(to, body);
  }

  /**
   * Takes a message's text from the mailbox, behind those before it.
   *
   * @param {string} from
   * @param {string} body
   * @returns {Promise<void>} when it has been handled; never rejects
   */
  receive(from, body) {
    if (!this.#seal) {
      const message = parseMessage(body);
      if (message) this.#onmessage(from, message);
      return Promise.resolve();
    }
    this.#handled = this.#handled.then(() => this.#open(from, body)).catch(() => this.#onrefused('broken'));
    return this.#handled;
  }

  /**
   * @param {string} to
   * @param {Message} message
   */
  async #pack(to, message) {
    const body = JSON.stringify(message);
    if (!this.#seal) return body;
    return JSON.stringify({ type: 'sealed', box: await this.#seal.seal(body, this.mailbox.id, to) });
  }

  /**
   * @param {string} from
   * @param {string} body
   */
  async #open(from, body) {
    if (this.#peer !== undefined && from !== this.#peer) {
      this.#onrefused('stranger');
      return;
    }
    const box = boxOf(body);
    if (box === null || !this.#seal) {
      this.#onrefused('plain');
      return;
    }
    const opened = await this.#seal.open(box, from, this.mailbox.id);
    const message = parseMessage(opened.message);
    if (!message) return;
    if (message.type === 'answer' || message.type === 'icecandidate') {
      // They count for one session, so that repeating them does nothing.
      if (message.session === undefined) return;
    } else {
      const seen = this.#replays.take(opened.nonce);
      if (seen === 'replayed') this.#onrefused('replayed');
      if (seen !== 'new') return;
    }
    this.#onmessage(from, message);
  }
}

/**
 * The box of a sealed message, or null where there is none.
 *
 * @param {string} body
 */
function boxOf(body) {
  try {
    const { type, box } = JSON.parse(body) ?? {};
    return type === 'sealed' && typeof box === 'string' ? box : null;
  } catch {
    return null;
  }
}
