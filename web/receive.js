// @ts-check
import { linkIdentity, lobbyIdentity, storage, tabIdentity } from './identity.js';
import { showLink } from './link-card.js';
import { makeLink, parseLink, reachableBase } from './links.js';
import { address, element, live, onNetworkBack, reloadOnLink, serverConfig, show } from './page.js';
import { Screen } from './screen.js';
import { showShield } from './shield.js';
import { receiveView } from './words.js';

/** @typedef {import('./viewer.js').ViewedCamera} ViewedCamera */

const preview = element('preview', HTMLVideoElement);
const soundButton = element('sound', HTMLButtonElement);
const fullscreenButton = element('fullscreen', HTMLButtonElement);
const browser = storage('localStorage');
const tab = storage('sessionStorage');
const supported = 'RTCPeerConnection' in window;
const link = parseLink(location.hash, 'from');

/** The controls hide when nobody has moved for this long. In milliseconds. */
const CONTROLS_HIDE = 3000;

/** The page from the moment it is shown until it goes away. */
class ReceivePage {
  #closed = new AbortController();
  #signal = this.#closed.signal;
  #lobby = true;
  /** The camera that is on the screen. @type {ViewedCamera | undefined} */
  #shown;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #hideTimer;
  /** @type {import('./channel.js').Refusal | undefined} */
  #refused;
  /** @type {Screen[]} */
  #screens = [];

  constructor() {
    const options = { signal: this.#signal };
    soundButton.addEventListener('click', () => this.#toggleSound(), options);
    fullscreenButton.addEventListener('click', () => void this.#toggleFullscreen(), options);
    element('action', HTMLButtonElement).addEventListener('click', ({ currentTarget }) => this.#act(currentTarget), options);
    for (const event of ['pointermove', 'pointerdown', 'keydown', 'focusin']) {
      addEventListener(event, () => this.#wakeControls(), options);
    }
    fullscreenButton.hidden = !document.fullscreenEnabled;
    onNetworkBack(() => this.#nudge(), this.#signal);
    if (supported) this.#openScreens();
    void serverConfig(this.#signal).then(({ lobby, addresses }) => {
      if (this.#signal.aborted) return;
      this.#lobby = lobby;
      if (link.kind === 'none' && supported) this.#invite(addresses);
      this.#render();
    });
    this.#render();
  }

  close() {
    for (const screen of this.#screens) screen.close();
    this.#closed.abort(new DOMException('the page went away', 'AbortError'));
    clearTimeout(this.#hideTimer);
  }

  /** The inboxes of this page: that of the camera's link, or its own and the lobby. */
  #openScreens() {
    const common = {
      onchange: (/** @type {ViewedCamera} */ camera) => this.#cameraChanged(camera),
      onstate: () => this.#mailboxChanged(),
      onrefused: (/** @type {import('./channel.js').Refusal} */ refusal) => {
        this.#refused = refusal;
        this.#render();
      },
    };
    if (link.kind === 'from') {
      const identity = { ...tabIdentity(tab), key: link.key };
      this.#screens = [new Screen({ ...common, identity, watch: link.id, store: tab }, this.#signal)];
    } else if (link.kind === 'none') {
      this.#screens = [
        new Screen({ ...common, identity: linkIdentity(tab), store: tab }, this.#signal),
        new Screen({ ...common, identity: lobbyIdentity(browser), store: browser }, this.#signal),
      ];
    }
    for (const screen of this.#screens) screen.run();
  }

  /** @param {string[]} addresses of the server */
  #invite(addresses) {
    const base = reachableBase(document.baseURI, addresses);
    showLink(makeLink('send.html', base, 'to', linkIdentity(tab)), 'Send a camera', this.#signal);
    document.body.classList.add('inviting');
  }

  /** @param {ViewedCamera} camera */
  #cameraChanged(camera) {
    this.#shown = this.#choose(camera);
    const stream = this.#shown?.stream;
    if (stream && preview.srcObject !== stream) {
      preview.srcObject = stream;
      for (const track of stream.getAudioTracks()) {
        track.addEventListener('unmute', () => this.#render(), { signal: this.#signal });
        track.addEventListener('mute', () => this.#render(), { signal: this.#signal });
      }
    }
    if (camera.state === 'live') this.#refused = undefined;
    this.#render();
  }

  /**
   * The newest camera is shown, and when it goes away one that is still live.
   *
   * @param {ViewedCamera} changed
   */
  #choose(changed) {
    if (changed.state === 'live' || changed.state === 'connecting') return changed;
    const others = this.#screens.flatMap(({ viewer }) => [...viewer.cameras.values()]).filter(({ state }) => state === 'live');
    if (changed.state === 'ended' && (!this.#shown || this.#shown.id === changed.id)) return others.at(-1) ?? changed;
    return this.#shown ?? changed;
  }

  #mailboxChanged() {
    if (this.#screens.some(({ mailbox }) => mailbox.state === 'displaced') && !this.#isWatched()) {
      this.#shown = undefined;
      preview.srcObject = null;
    }
    this.#render();
  }

  /** Whether the camera on the screen still belongs to one of the inboxes. */
  #isWatched() {
    return this.#screens.some(({ viewer }) => this.#shown && viewer.cameras.get(this.#shown.id) === this.#shown);
  }

  /** @param {EventTarget | null} button */
  #act(button) {
    const action = button instanceof HTMLElement ? button.dataset.action : '';
    if (action === 'resume') for (const { mailbox } of this.#screens) mailbox.resume();
    else if (action === 'home') location.assign('./');
    else this.#nudge();
  }

  #nudge() {
    for (const screen of this.#screens) screen.nudge();
  }

  #toggleSound() {
    preview.muted = !preview.muted;
    void preview.play().catch(() => {}); // it plays on, or waits for the next tap
    this.#render();
  }

  async #toggleFullscreen() {
    try {
      if (document.fullscreenElement) await document.exitFullscreen();
      else await document.documentElement.requestFullscreen();
    } catch {
      fullscreenButton.hidden = true; // this browser does not allow it
    }
  }

  #wakeControls() {
    document.body.classList.remove('still');
    clearTimeout(this.#hideTimer);
    this.#hideTimer = setTimeout(() => document.body.classList.add('still'), CONTROLS_HIDE);
  }

  #render() {
    const camera = this.#shown?.state ?? 'none';
    const [own, lobby] = this.#screens.map(({ mailbox }) => mailbox.state);
    show(
      receiveView({
        supported,
        link: link.kind,
        mailbox: own ?? 'connecting',
        lobby: this.#lobby ? (lobby ?? 'connecting') : 'refused',
        camera,
        video: this.#shown?.video,
        refused: this.#refused,
        sendAddress: address('send'),
      }),
    );
    const screen = this.#screens.find(({ viewer }) => this.#shown && viewer.cameras.get(this.#shown.id) === this.#shown);
    showShield(camera === 'live' ? this.#shown?.session : undefined, screen?.sealed ?? false);
    const picture = camera === 'live' || camera === 'reconnecting';
    if (picture && !document.body.classList.contains('picture')) this.#wakeControls();
    document.body.classList.toggle('picture', picture);
    document.body.classList.toggle('dimmed', camera === 'reconnecting');
    const audio = preview.srcObject instanceof MediaStream && preview.srcObject.getAudioTracks().some(({ muted }) => !muted);
    soundButton.disabled = !audio;
    soundButton.setAttribute('aria-pressed', String(audio && !preview.muted));
    soundButton.title = audio ? 'Sound' : 'This camera sends no sound';
  }
}

reloadOnLink();
live(() => {
  const page = new ReceivePage();
  return () => page.close();
});
