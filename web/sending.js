// @ts-check
import { LOBBY, linkIdentity, tabIdentity } from './identity.js';
import { Later } from './later.js';
import { Outlet } from './outlet.js';
import { either } from './timing.js';

/**
 * @typedef {object} SendingOptions
 * @property {import('./links.js').Link} link that the page was opened with
 * @property {import('./identity.js').Store} tab keeps what a reload must not forget
 * @property {MediaStream} stream
 * @property {() => string} name what viewers call this camera
 * @property {() => void} onchange
 * @property {AbortSignal} signal
 */

/**
 * What every camera is told, those that come later too.
 *
 * @typedef {object} Told
 * @property {{video?: MediaStreamTrack | null, audio?: MediaStreamTrack | null}} tracks
 * @property {import('./encoding.js').Encoding} picture its encoding
 * @property {import('./encoding.js').Encoding} sound its encoding
 * @property {import('./messages.js').PictureState} state
 */

/**
 * To whom a send page sends: to the receiver that Start dials, by link or in the
 * lobby, and to the viewers who were shown a link. Either can go on without the other.
 */
export class Sending {
  /** Why the last message that was refused was. @type {import('./channel.js').Refusal | undefined} */
  refused;
  #options;
  /** The one that Start dials. @type {Outlet | undefined} */
  #dialed;
  /** The one of those who have a link to this page. @type {Outlet | undefined} */
  #shown;
  /** Ends the shown outlet's inbox. */
  #showing = new AbortController();
  #negotiation = new Later(async () => (await import('./negotiation.js')).bestNegotiation(), () => this.#preparedAnew());
  /** @type {Told} */
  #told = { tracks: {}, picture: {}, sound: {}, state: 'live' };

  /** @param {SendingOptions} options */
  constructor(options) {
    this.#options = options;
    const { link, tab } = options;
    if (link.kind === 'to') this.#dialed = this.#open({ identity: { ...tabIdentity(tab), key: link.key }, dial: link.id, exclusive: true });
    if (link.kind === 'none') this.#dialed = this.#open({ identity: tabIdentity(tab), dial: LOBBY, exclusive: false });
    if (link.kind === 'none' && tab.getItem('inviting') === '1') this.#openShown();
    this.#negotiation.need();
  }

  get #outlets() {
    return [this.#dialed, this.#shown].filter((outlet) => outlet !== undefined);
  }

  /** Whether anybody gets the picture, or would if they came. */
  get started() {
    return this.#outlets.some(({ camera }) => camera.started);
  }

  /** Whether the receiver is dialed that Start dials. */
  get dialing() {
    return this.#dialed?.camera.started ?? false;
  }

  /** Whether viewers with the link are served. */
  get showing() {
    return this.#shown?.camera.started ?? false;
  }

  /** Whether there is a link, served or not. */
  get inviting() {
    return this.#shown !== undefined;
  }

  get mailbox() {
    return this.#outlets[0]?.mailbox.state ?? 'connecting';
  }

  get receivers() {
    return this.#outlets.flatMap(({ camera }) => camera.receivers);
  }

  /** The connections that carry the picture now. */
  get live() {
    return this.receivers.flatMap(({ state, session }) => (state === 'live' && session ? [session.pc] : []));
  }

  /** The camera of those who have the link. */
  get shownCamera() {
    return this.#shown?.camera;
  }

  /** A session that is live, of the connection that is least sure, and whether its messages are sealed. */
  get leastSure() {
    for (const { camera, sealed } of this.#outlets.sort((a, b) => Number(a.sealed) - Number(b.sealed))) {
      const session = camera.receivers.find(({ state }) => state === 'live')?.session;
      if (session) return { session, sealed };
    }
    return undefined;
  }

  /** Sends to all who may have the picture. */
  start() {
    this.#options.tab.setItem('started', '1');
    for (const outlet of this.#outlets) outlet.start();
  }

  /** Goes on with what a reload interrupted. */
  resume() {
    const before = this.#options.tab.getItem('started');
    if (before === '1') this.start();
    else if (before === 'link') this.#shown?.start();
  }

  stop() {
    this.#options.tab.setItem('started', '0');
    for (const { camera } of this.#outlets) camera.stop();
    this.prepare();
  }

  /** Serves whoever follows the link, from now on, and nobody else who is not served already. */
  show() {
    const { tab } = this.#options;
    tab.setItem('inviting', '1');
    if (!this.dialing) tab.setItem('started', 'link');
    this.#shown ??= this.#openShown();
    this.#shown.start();
    return linkIdentity(tab);
  }

  /** Ends the viewers with the link; the receiver that Start dials goes on. */
  unshow() {
    const { tab } = this.#options;
    tab.setItem('inviting', '0');
    if (!this.dialing) tab.setItem('started', '0');
    this.#shown?.camera.stop();
    this.#shown?.close();
    this.#showing.abort(new DOMException('the link is shown no more', 'AbortError'));
    this.#shown = undefined;
    if (!this.started) this.prepare();
    this.#options.onchange();
  }

  /** Gets the offer ready that Start will send. */
  prepare() {
    for (const outlet of this.#outlets) void outlet.prepare();
  }

  /**
   * Tells every camera what is sent and how.
   *
   * @param {Partial<Told>} told what has changed
   */
  tell(told) {
    Object.assign(this.#told, told);
    for (const { camera } of this.#outlets) tell(camera, told);
  }

  /** The network may have changed. */
  nudge() {
    for (const outlet of this.#outlets) outlet.nudge();
  }

  /** This tab takes its inboxes back from another. */
  takeBack() {
    for (const { mailbox } of this.#outlets) mailbox.resume();
    this.nudge();
  }

  /** Call when the page goes away, before the signal fires. */
  close() {
    for (const outlet of this.#outlets) outlet.close();
  }

  #openShown() {
    this.#showing = new AbortController();
    const signal = either(this.#options.signal, this.#showing.signal);
    this.#shown = this.#open({ identity: linkIdentity(this.#options.tab), dial: '', exclusive: false }, signal);
    tell(this.#shown.camera, this.#told);
    return this.#shown;
  }

  /**
   * @param {Pick<import('./outlet.js').OutletOptions, 'identity' | 'dial' | 'exclusive'>} options
   * @param {AbortSignal} [signal]
   */
  #open(options, signal = this.#options.signal) {
    const { tab, stream, name } = this.#options;
    const onrefused = (/** @type {import('./channel.js').Refusal} */ refusal) => {
      this.refused = refusal;
      this.#options.onchange();
    };
    const negotiation = () => this.#negotiation.need();
    return new Outlet({ ...options, store: tab, stream, name, negotiation, onchange: () => this.#changed(), onrefused }, signal);
  }

  /** What was prepared before the negotiation was loaded is not as good as it can be. */
  #preparedAnew() {
    if (this.#told.tracks.video && !this.started && !this.#options.signal.aborted) this.prepare();
  }

  #changed() {
    if (this.live.length > 0) this.refused = undefined;
    this.#options.onchange();
  }
}

/**
 * @param {import('./camera.js').Camera} camera
 * @param {Partial<Told>} told
 */
function tell(camera, { tracks, picture, sound, state }) {
  if (tracks) void camera.setTracks(tracks);
  if (picture) camera.setEncoding(picture);
  if (sound) camera.setEncoding(sound, 'audio');
  if (state) camera.setState(state);
}
