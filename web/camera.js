// @ts-check
import { applyEncoding } from './encoding.js';
import { MailboxError } from './mailbox-error.js';
import { randomId } from './identity.js';
import { Receiver } from './receiver.js';
import { withStartBitrate } from './sdp.js';
import { Session } from './session.js';
import { Backoff } from './timing.js';

/** @typedef {import('./messages.js').Message} Message */

/**
 * @typedef {object} CameraOptions
 * @property {(to: string, message: Message, signal: AbortSignal) => Promise<void>} send
 * @property {MediaStream} stream the stream that receivers see the tracks in
 * @property {() => RTCConfiguration} [config]
 * @property {() => string} [name] what receivers call this camera
 * @property {() => void} [onchange] called when `receivers` changed
 * @property {(options: import('./session.js').SessionOptions) => Session} [createSession]
 * @property {Partial<typeof TIMES>} [times]
 */

/**
 * A session and the receiver it is for ('' while that is open), and when it was
 * made, on the clock of performance.now().
 *
 * @typedef {{session: Session, to: string, made: number}} Opened
 */

/** All in milliseconds. */
const TIMES = {
  absent: 1000, // between two questions whether the receiver is there by now
  answer: 2000, // for an answer to come before the offer is sent again; grows to
  answerMax: 5000,
  fresh: 30_000, // an unanswered offer older than this is made anew: its candidates may be gone
  prepared: 120_000, // the same for one that was prepared and not sent yet
  again: 200, // before the first attempt after a lost connection; grows to
  againMax: 5000,
};

/** Where the bitrate begins, in kbit/s; the browser's estimator takes it from there. */
const START_BITRATE = 1500;

/** The tracks of a session, in the order of its transceivers. */
const KINDS = /** @type {const} */ (['video', 'audio']);

/** A phone encodes for each receiver: more than this it cannot. */
const MAX_RECEIVERS = 32;

/**
 * The end that has the camera. It offers to the receiver that it dials, over
 * and over until {@link Camera.stop}, and to every viewer that asks with `watch`.
 */
export class Camera {
  #send;
  #stream;
  #config;
  #name;
  #onchange;
  #createSession;
  #times;
  /** @type {import('./messages.js').PictureState} */
  #video = 'live';
  /** @type {Record<typeof KINDS[number], import('./encoding.js').Encoding>} */
  #encodings = { video: {}, audio: {} };
  /** @type {{video: MediaStreamTrack | null, audio: MediaStreamTrack | null}} */
  #tracks = { video: null, audio: null };
  /** @type {Map<string, Receiver>} */
  #receivers = new Map();
  /** @type {AbortController | undefined} */
  #started;
  #dialed = '';
  /** Receivers that the person disconnected. @type {Set<string>} */
  #unwanted = new Set();
  /** @type {Opened | undefined} */
  #prepared;

  /** @param {CameraOptions} options */
  constructor({ send, stream, config = () => ({}), name = () => '', onchange = () => {}, createSession = (options) => new Session(options), times = {} }) {
    this.#send = send;
    this.#stream = stream;
    this.#config = config;
    this.#name = name;
    this.#onchange = onchange;
    this.#createSession = createSession;
    this.#times = { ...TIMES, ...times };
  }

  get started() {
    return this.#started !== undefined;
  }

  /** @returns {{id: string, state: import('./receiver.js').ReceiverState, session: Session | undefined}[]} */
  get receivers() {
    return [...this.#receivers.values()].map(({ id, state, session }) => ({ id, state, session }));
  }

  /**
   * Sends these tracks from now on, to those that watch already as well; null sends nothing.
   *
   * @param {{video?: MediaStreamTrack | null, audio?: MediaStreamTrack | null}} tracks
   */
  async setTracks(tracks) {
    Object.assign(this.#tracks, tracks);
    const sessions = [this.#prepared?.session, ...this.receivers.map(({ session }) => session)];
    const replaced = sessions.map(async (session) => {
      if (!session || session.state === 'ended') return;
      const transceivers = session.pc.getTransceivers();
      const all = KINDS.map((kind, i) => transceivers[i].sender.replaceTrack(this.#tracks[kind]));
      // A connection that cannot take the track is made anew, with it.
      await Promise.all(all).catch(() => session.end('lost'));
    });
    await Promise.all(replaced);
  }

  /**
   * Tells the encoders of every session, present and future.
   *
   * @param {import('./encoding.js').Encoding} encoding
   * @param {typeof KINDS[number]} [kind]
   */
  setEncoding(encoding, kind = 'video') {
    this.#encodings[kind] = encoding;
    for (const { session } of this.#receivers.values()) {
      if (session?.state === 'connected') void applyEncoding(senderOf(session, kind), encoding);
    }
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
    if (this.#started) return;
    this.#prepared?.session.end();
    const prepared = this.#open('');
    this.#prepared = prepared;
    // One that cannot be prepared is made when it is needed, and fails there.
    await prepared.session.prepare().catch(() => prepared.session.end());
  }

  /** Stops, and lets go of what was prepared. */
  close() {
    this.stop();
    this.#prepared?.session.end();
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
    if (this.#prepared) void this.prepare();
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
    const backoff = new Backoff({ min: this.#times.again, max: this.#times.againMax });
    try {
      for (;;) {
        const reason = await this.#session(receiver, signal);
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
   * One session from its offer to its end.
   *
   * @param {Receiver} receiver
   * @param {AbortSignal} signal
   */
  async #session(receiver, signal) {
    const opened = this.#takePrepared(receiver.wanted) ?? this.#open(receiver.id, receiver.wanted);
    opened.to = receiver.id;
    receiver.wanted = undefined;
    receiver.session = opened.session;
    void this.#offer(receiver, opened, signal).catch(() => opened.session.end('lost'));
    return opened.session.ended;
  }

  /**
   * Sends the offer until it is answered or too old.
   *
   * @param {Receiver} receiver
   * @param {Opened} opened
   * @param {AbortSignal} signal
   */
  async #offer(receiver, { session, made }, signal) {
    const answer = new Backoff({ min: this.#times.answer, max: this.#times.answerMax, random: () => 1 });
    while (session.unanswered) {
      let delay;
      try {
        await session.offer();
        receiver.absent = false;
        delay = answer.next();
      } catch (error) {
        if (!(error instanceof MailboxError)) throw error;
        receiver.absent = error.code === 'absent';
        delay = this.#times.absent;
      }
      this.#onchange();
      if (!session.unanswered) return;
      await receiver.pause.wait(delay, signal);
      if (session.unanswered && performance.now() - made > this.#times.fresh) session.end('replaced');
    }
  }

  /** @param {string | undefined} wanted */
  #takePrepared(wanted) {
    const prepared = this.#prepared;
    this.#prepared = undefined;
    const fresh = prepared && performance.now() - prepared.made <= this.#times.prepared;
    if (fresh && wanted === undefined && prepared.session.state === 'new') {
      prepared.made = performance.now();
      return prepared;
    }
    prepared?.session.end();
    return undefined;
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
      tuneAnswer: (sdp) => withStartBitrate(sdp, START_BITRATE),
    });
    /** @type {Opened} */
    const opened = { session, to, made: performance.now() };
    for (const kind of KINDS) {
      const init = { direction: /** @type {const} */ ('sendonly'), streams: [this.#stream] };
      session.pc.addTransceiver(this.#tracks[kind] ?? kind, init);
    }
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
      for (const kind of KINDS) {
        const encoding = this.#encodings[kind];
        if (Object.values(encoding).some((value) => value !== undefined)) void applyEncoding(senderOf(session, kind), encoding);
      }
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

/**
 * @param {Session} session
 * @param {typeof KINDS[number]} kind
 */
function senderOf({ pc }, kind) {
  return pc.getTransceivers()[KINDS.indexOf(kind)].sender;
}
