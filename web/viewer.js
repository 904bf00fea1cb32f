// @ts-check
import { EarlyCandidates } from './early.js';
import { Liveness } from './liveness.js';
import { Session } from './session.js';
import { Backoff, sleep } from './timing.js';

/** @typedef {import('./messages.js').Message} Message */

/**
 * How a camera stands, seen from the viewer: 'asking' it was asked for its
 * offer, 'connecting', 'live', 'reconnecting' it was live and is asked again,
 * 'ended' it said goodbye or does not come back, 'unfit' it has no codec that this
 * browser has.
 *
 * @typedef {'asking' | 'connecting' | 'live' | 'reconnecting' | 'ended' | 'unfit'} CameraState
 */

/**
 * @typedef {object} ViewedCamera
 * @property {string} id its inbox
 * @property {CameraState} state
 * @property {Session} [session]
 * @property {MediaStream} [stream]
 * @property {boolean} seen whether it was live before
 * @property {string} name '' where it was not told
 * @property {import('./messages.js').PictureState} video
 * @property {boolean} stalled connected, but nothing of the picture comes any more
 * @property {string} [codecs] of a camera that is unfit, for people
 * @property {AbortController} [asking]
 */

/**
 * @typedef {object} ViewerOptions
 * @property {(to: string, message: Message, signal: AbortSignal) => Promise<void>} send
 * @property {() => RTCConfiguration} [config]
 * @property {(camera: ViewedCamera) => void} [onchange] called when a camera's state or stream changed
 * @property {(options: import('./session.js').SessionOptions) => Session} [createSession]
 * @property {Partial<typeof TIMES>} [times]
 */

/** All in milliseconds. */
const TIMES = {
  ask: 1000, // between the first two questions to a camera; grows to
  askMax: 5000,
  giveUp: 60_000, // an inbox without its owner is gone by then
};

/** More cameras than this at once are not answered. */
const MAX_CAMERAS = 16;

/**
 * The end that shows cameras. It answers every offer, one session for each
 * camera, and asks a camera whose picture was lost for a new offer.
 */
export class Viewer {
  /** @type {Map<string, ViewedCamera>} */
  cameras = new Map();
  #send;
  #config;
  #onchange;
  #createSession;
  #times;
  #early = new EarlyCandidates();
  #closed = new AbortController();

  /** @param {ViewerOptions} options */
  constructor({ send, config = () => ({}), onchange = () => {}, createSession = (options) => new Session(options), times = {} }) {
    this.#send = send;
    this.#config = config;
    this.#onchange = onchange;
    this.#createSession = createSession;
    this.#times = { ...TIMES, ...times };
  }

  /**
   * Handles a message from the inbox.
   *
   * @param {string} from
   * @param {Message} message
   */
  receive(from, message) {
    if (this.#closed.signal.aborted) return;
    const camera = this.cameras.get(from);
    const session = camera?.session;
    switch (message.type) {
      case 'offer':
        this.#offered(from, message);
        break;
      case 'state':
        if (!camera || !session || message.session !== session.id) break;
        if (message.unfit !== undefined) this.#unfit(camera, message.unfit);
        else this.#introduced(camera, message);
        break;
      case 'icecandidate':
        // One with a session is behind its description; without, it may be of another.
        if (session && message.session === session.id && (session.id !== undefined || session.fits(message.candidate))) void session.receive(message);
        else this.#early.hold(from, message);
        break;
      case 'bye':
        if (!camera || (session && message.session !== session.id)) break;
        if (session) void session.receive(message);
        else this.#over(camera);
        break;
    }
  }

  /**
   * Asks a camera for its offer, until it comes or the camera seems gone.
   *
   * @param {string} id the camera's inbox
   */
  watch(id) {
    const camera = this.#camera(id);
    if (!camera || camera.asking || camera.session) return;
    const asking = new AbortController();
    camera.asking = asking;
    this.#enter(camera, camera.seen ? 'reconnecting' : 'asking');
    void this.#ask(camera, asking.signal).catch(() => {}); // answered, or closed
  }

  /** Asks the cameras again that had no codec of this browser's. */
  watchUnfit() {
    for (const { id, state } of this.cameras.values()) if (state === 'unfit') this.watch(id);
  }

  /** The network may have changed: cameras are asked to look for this end on it. */
  nudge() {
    for (const camera of this.cameras.values()) this.#askForAnotherWay(camera);
  }

  /**
   * The camera made the offer, so it restarts ICE; it may not have noticed yet.
   *
   * @param {ViewedCamera} camera
   */
  #askForAnotherWay({ id, session }) {
    if (session?.id === undefined || (session.state !== 'connected' && session.state !== 'interrupted')) return;
    // If it cannot be told now, it notices by itself, or the session is lost and asked for anew.
    this.#send(id, { type: 'watch', session: session.id }, this.#closed.signal).catch(() => {});
  }

  /** Ends everything, and tells the cameras. */
  close() {
    this.#closed.abort(new DOMException('closed', 'AbortError'));
    for (const camera of this.cameras.values()) {
      camera.asking?.abort();
      if (!camera.session) continue;
      const bye = { type: /** @type {const} */ ('bye'), session: camera.session.id };
      this.#send(camera.id, bye, AbortSignal.timeout(5000)).catch(() => {}); // it is only a courtesy
      camera.session.end();
    }
    this.cameras.clear();
  }

  /**
   * It has nothing that this browser could show; whoever looks decides whether to ask again.
   *
   * @param {ViewedCamera} camera
   * @param {string} codecs
   */
  #unfit(camera, codecs) {
    const { session } = camera;
    Object.assign(camera, { session: undefined, stream: undefined, codecs });
    session?.end('replaced');
    this.#enter(camera, 'unfit');
  }

  /**
   * @param {string} from
   * @param {import('./messages.js').DescriptionMessage} offer
   */
  #offered(from, offer) {
    const camera = this.#camera(from);
    if (!camera) return;
    camera.asking?.abort();
    camera.asking = undefined;
    this.#introduced(camera, { name: '', video: 'live', ...offer });
    if (camera.session && offer.session !== undefined && offer.session === camera.session.id) {
      void camera.session.receive(offer);
      return;
    }
    camera.session?.end('replaced');
    const session = this.#open(camera, offer.session);
    void session.receive(offer);
    for (const candidate of this.#early.take(from, offer)) void session.receive(candidate);
  }

  /**
   * @param {ViewedCamera} camera
   * @param {import('./messages.js').Introduction} introduction
   */
  #introduced(camera, { name = camera.name, video = camera.video }) {
    if (camera.name === name && camera.video === video) return;
    Object.assign(camera, { name, video });
    this.#onchange(camera);
  }

  /**
   * @param {ViewedCamera} camera
   * @param {string | undefined} id
   */
  #open(camera, id) {
    const session = this.#createSession({
      id,
      config: this.#config(),
      send: (message) => this.#send(camera.id, message, this.#closed.signal),
      onstate: () => this.#changed(camera, session),
      ontrack: ({ streams, track }) => {
        // Pages that add tracks without a stream have a stream made here.
        camera.stream = streams[0] ?? new MediaStream([track]);
        this.#onchange(camera);
      },
    });
    camera.session = session;
    const liveness = new Liveness(session.pc, () => this.#livenessChanged(camera, session, liveness.stalled));
    void session.ended.then((reason) => {
      liveness.close();
      if (camera.session !== session || this.#closed.signal.aborted) return;
      camera.session = undefined;
      // A page without sessions knows no watch either; it may offer again.
      if (reason === 'lost' && id !== undefined) this.watch(camera.id);
      else this.#over(camera);
    });
    camera.stalled = false;
    this.#enter(camera, camera.seen ? 'reconnecting' : 'connecting');
    return session;
  }

  /**
   * @param {ViewedCamera} camera
   * @param {Session} session
   */
  #changed(camera, session) {
    if (camera.session !== session) return;
    if (session.state === 'connected') {
      camera.seen = true;
      this.#enter(camera, 'live');
    } else if (session.state === 'interrupted') {
      this.#askForAnotherWay(camera);
      this.#enter(camera, 'reconnecting');
    }
  }

  /**
   * @param {ViewedCamera} camera
   * @param {Session} session
   * @param {boolean} stalled
   */
  #livenessChanged(camera, session, stalled) {
    if (camera.session !== session) return;
    camera.stalled = stalled;
    if (stalled && camera.video === 'live') this.#askForAnotherWay(camera);
    this.#onchange(camera);
  }

  /**
   * @param {ViewedCamera} camera
   * @param {AbortSignal} signal
   */
  async #ask(camera, signal) {
    const backoff = new Backoff({ min: this.#times.ask, max: this.#times.askMax, random: () => 1 });
    const deadline = performance.now() + this.#times.giveUp;
    while (performance.now() < deadline) {
      // No such inbox: its page may be on its way back.
      await this.#send(camera.id, { type: 'watch' }, signal).catch(() => {});
      await sleep(backoff.next(), signal);
    }
    camera.asking = undefined;
    this.#over(camera);
  }

  /** @param {ViewedCamera} camera */
  #over(camera) {
    camera.asking?.abort();
    camera.asking = undefined;
    this.cameras.delete(camera.id);
    this.#enter(camera, 'ended');
  }

  /** @param {string} id */
  #camera(id) {
    let camera = this.cameras.get(id);
    if (!camera && this.cameras.size < MAX_CAMERAS) {
      camera = { id, state: 'asking', seen: false, name: '', video: 'live', stalled: false };
      this.cameras.set(id, camera);
    }
    return camera;
  }

  /**
   * @param {ViewedCamera} camera
   * @param {CameraState} state
   */
  #enter(camera, state) {
    if (camera.state === state) return;
    camera.state = state;
    this.#onchange(camera);
  }
}
