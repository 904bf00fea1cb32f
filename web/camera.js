// @ts-check
import { randomId } from './identity.js';
import { Outgoing } from './outgoing.js';
import { Prepared } from './prepared.js';
import { Receiver } from './receiver.js';
import { Session } from './session.js';
import { Backoff } from './timing.js';

/** @typedef {import('./messages.js').Message} Message */

/**
 * @typedef {object} CameraOptions
 * @property {(to: string, message: Message, signal: AbortSignal) => Promise<void>} send
 * @property {MediaStream} stream the stream that receivers see the tracks in
 * @property {() => RTCConfiguration} [config]
 * @property {() => string} [name] what receivers call this camera
 * @property {() => import('./negotiation.js').Negotiation | undefined} [negotiation]
 * @property {() => void} [onchange] called when `receivers` changed
 * @property {(options: import('./session.js').SessionOptions) => Session} [createSession]
 */

/** Between the attempts after a lost connection, in milliseconds: the first one, and what it grows to. */
const AGAIN = { min: 200, max: 5000 };

/** A phone encodes for each receiver: more than this it cannot. */
const MAX_RECEIVERS = 32;

/**
 * The end that has the camera. It offers to the receiver that it dials, over
 * and over until {@link Camera.stop}, and to every viewer that asks with `watch`.
 */
export class Camera {
  #send;
  #outgoing;
  #negotiation;
  #config;
  #name;
  #onchange;
  #createSession;
  /** @type {import('./messages.js').PictureState} */
  #video = 'live';
  /** @type {Map<string, Receiver>} */
  #receivers = new Map();
  /** @type {AbortController | undefined} */
  #started;
  #dialed = '';
  /** Receivers that the person disconnected. @type {Set<string>} */
  #unwanted = new Set();
  #prepared = new Prepared(() => this.#open(''));

  /** @param {CameraOptions} options */
  constructor({ send, stream, config = () => ({}), name = () => '', negotiation = () => undefined, onchange = () => {}, createSession = (options) => new Session(options) }) {
    this.#send = send;
    this.#outgoing = new Outgoing(stream, (video) => negotiation()?.order(video));
    this.#negotiation = negotiation;
    this.#config = config;
    this.#name = name;
    this.#onchange = onchange;
    this.#createSession = createSession;
  }

  get started() {
    return this.#started !== undefined;
  }

  /** @returns {{id: string, state: import('./receiver.js').ReceiverState, session: Session | undefined}[]} */
  get receivers() {
    return [...this.#receivers.values()].map(({ id, state, session }) => ({ id, state, session }));
  }

  get #sessions() {
    return [...this.#receivers.values()].map(({ session }) => session);
  }

  /**
   * Sends these tracks from now on, to those that watch already as well; null sends nothing.
   *
   * @param {{video?: MediaStreamTrack | null, audio?: MediaStreamTrack | null}} tracks
   */
  setTracks(tracks) {
    return this.#outgoing.setTracks(tracks, [this.#prepared.session, ...this.#sessions]);
  }

  /**
   * Tells the encoders of every session, present and future.
   *
   * @param {import('./encoding.js').Encoding} encoding
   * @param {import('./outgoing.js').Kind} [kind]
   */
  setEncoding(encoding, kind = 'video') {
    this.#outgoing.setEncoding(encoding, kind, this.#sessions);
  }

  /**
   * Tells every receiver how the picture stands and what the camera is called, also in later offers.
   *
   * @param {import('./messages.js').PictureState} video
   */
  setState(video) {
    this.#video = video;
    for (const { id, session } of this.#receivers.values()) {
      if (session && !session.unanswered) this.#tell(id, { type: 'state', session: session.id, video, name: this.#name() });
    }
  }

  /**
   * Gets an offer ready, candidates included, so that {@link Camera.start} has
   * only to send it: that saves about 80 ms. Does nothing when started.
   */
  async prepare() {
    if (!this.#started) await this.#prepared.make();
  }

  /** Stops, and lets go of what was prepared. */
  close() {
    this.stop();
    this.#prepared.close();
  }

  /**
   * Starts to offer. Does nothing when it is started already.
   *
   * @param {string} to the receiver to dial; '' only serves those that ask
   */
  start(to) {
    if (this.#started) return;
    this.#started = new AbortController();
    this.#unwanted.clear();
    this.#dialed = to;
    if (to !== '') void this.#serve(to, this.#started.signal);
    this.#onchange();
  }

  /** Stops, and tells everybody who watches. */
  stop() {
    const started = this.#started;
    if (!started) return;
    this.#started = undefined;
    this.#dialed = '';
    for (const { id, session } of this.#receivers.values()) {
      if (session && session.state !== 'new') this.#tell(id, { type: 'bye', session: session.id });
      session?.end();
    }
    this.#receivers.clear();
    started.abort(new DOMException('stopped', 'AbortError'));
    this.#onchange();
  }

  /**
   * Ends a receiver's session, and serves it no more until the next start.
   *
   * @param {string} id
   */
  disconnect(id) {
    this.#unwanted.add(id);
    const receiver = this.#receivers.get(id);
    if (!receiver) return;
    this.#tell(id, { type: 'bye', session: receiver.session?.id });
    receiver.session?.end('closed');
  }

  /** The network may have changed: who watches is looked for on it, who waits is offered to at once. */
  nudge() {
    if (this.#prepared.session) void this.prepare();
    for (const { session, pause } of this.#receivers.values()) {
      void session?.restart();
      pause.end();
    }
  }

  /**
   * Handles a message from the inbox.
   *
   * @param {string} from
   * @param {Message} message
   */
  receive(from, message) {
    if (message.type === 'watch') {
      this.#watched(from, message.session);
      return;
    }
    const session = this.#receivers.get(from)?.session;
    if (!session || message.type === 'offer') return;
    if (message.session === undefined || message.session === session.id) void session.receive(message);
  }

  /**
   * @param {string} from
   * @param {string | undefined} id the session's name, where the viewer wants to give it
   */
  #watched(from, id) {
    const started = this.#started;
    if (!started || this.#unwanted.has(from)) {
      this.#tell(from, { type: 'bye', session: id });
      return;
    }
    const receiver = this.#receivers.get(from);
    if (!receiver) {
      if (this.#receivers.size < MAX_RECEIVERS) void this.#serve(from, started.signal, id);
      return;
    }
    const { session } = receiver;
    if (session && id === session.id && (session.state === 'connected' || session.state === 'interrupted')) {
      void session.restart();
      return;
    }
    receiver.wanted = id;
    const same = id === undefined || id === receiver.session?.id;
    // An offer that nobody has answered is as good as a new one.
    if (!(receiver.session?.unanswered && same)) receiver.session?.end('replaced');
    receiver.pause.end();
  }

  /**
   * Serves one receiver, one session after the other: the dialed one until the
   * signal fires, another one until its session ends for good.
   *
   * @param {string} to
   * @param {AbortSignal} signal
   * @param {string} [id]
   */
  async #serve(to, signal, id) {
    const receiver = new Receiver(to, id);
    this.#receivers.set(to, receiver);
    const backoff = new Backoff(AGAIN);
    try {
      for (;;) {
        const opened = this.#prepared.take(receiver.wanted) ?? this.#open(receiver.id, receiver.wanted);
        const reason = await receiver.attempt(opened, signal, this.#onchange);
        if (signal.aborted) return;
        if (reason === 'replaced') continue;
        if (to !== this.#dialed || this.#unwanted.has(to)) break;
        if (receiver.connected) backoff.reset();
        receiver.connected = false;
        await receiver.pause.wait(backoff.next(), signal);
      }
      this.#receivers.delete(to);
      this.#onchange();
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  /**
   * @param {string} to
   * @param {string} [id]
   */
  #open(to, id = randomId()) {
    const session = this.#createSession({
      id,
      config: this.#config(),
      send: (message) => this.#send(opened.to, this.#introduce(message), this.#started?.signal ?? AbortSignal.abort()),
      onstate: (session) => this.#changed(opened.to, session),
      tuneAnswer: (sdp) => this.#negotiation()?.tuneAnswer(sdp) ?? sdp,
    });
    /** @type {import('./receiver.js').Opened} */
    const opened = { session, to, made: performance.now() };
    this.#outgoing.addTo(session.pc);
    return opened;
  }

  /**
   * An offer says whose it is.
   *
   * @param {Message} message
   * @returns {Message}
   */
  #introduce(message) {
    return message.type === 'offer' ? { ...message, name: this.#name(), video: this.#video } : message;
  }

  /**
   * @param {string} to
   * @param {Session} session
   */
  #changed(to, session) {
    const receiver = this.#receivers.get(to);
    if (receiver?.session !== session) return;
    if (session.state === 'connected') {
      receiver.connected = receiver.seen = true;
      this.#outgoing.tell(session);
    }
    if (session.state === 'interrupted') void session.restart();
    if (session.state === 'ended') receiver.pause.end(); // nothing more to wait for
    this.#onchange();
  }

  /**
   * @param {string} to
   * @param {Message} message
   */
  #tell(to, message) {
    this.#send(to, message, AbortSignal.timeout(5000)).catch(() => {}); // it is only a courtesy
  }
}
