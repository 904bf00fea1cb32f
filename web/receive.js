// @ts-check
import { lobbyIdentity, storage } from './identity.js';
import { parseMessage } from './messages.js';
import { address, element, live, onNetworkBack, serverConfig, show } from './page.js';
import { Mailbox } from './signaling.js';
import { Viewer } from './viewer.js';
import { receiveView } from './words.js';

/** @typedef {import('./viewer.js').ViewedCamera} ViewedCamera */

const preview = element('preview', HTMLVideoElement);
const soundButton = element('sound', HTMLButtonElement);
const fullscreenButton = element('fullscreen', HTMLButtonElement);
const browser = storage('localStorage');
const supported = 'RTCPeerConnection' in window;

/** The controls hide when nobody has moved for this long. In milliseconds. */
const CONTROLS_HIDE = 3000;

/** The page from the moment it is shown until it goes away. */
class ReceivePage {
  #closed = new AbortController();
  #signal = this.#closed.signal;
  #lobby = true;
  /** @type {RTCIceServer[]} */
  #iceServers = [];
  /** The camera that is on the screen. @type {ViewedCamera | undefined} */
  #shown;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #hideTimer;
  #asked = false;
  #viewer = this.#newViewer();
  #mailbox = new Mailbox({
    url: document.baseURI,
    ...lobbyIdentity(browser),
    onmessage: (from, body) => {
      const message = parseMessage(body);
      if (message) this.#viewer.receive(from, message);
    },
    onstate: () => this.#mailboxChanged(),
  });

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
    if (supported) void this.#mailbox.run(this.#signal);
    void serverConfig(this.#signal).then(({ lobby }) => {
      this.#lobby = lobby;
      this.#render();
    });
    this.#render();
  }

  close() {
    // A page that does not own the inbox must not close it.
    if (this.#mailbox.state === 'open' || this.#mailbox.state === 'offline') this.#mailbox.leave();
    this.#closed.abort(new DOMException('the page went away', 'AbortError'));
    clearTimeout(this.#hideTimer);
    for (const { session } of this.#viewer.cameras.values()) session?.end();
  }

  #newViewer() {
    return new Viewer({
      send: (to, message, signal) => this.#mailbox.send(to, JSON.stringify(message), { signal }),
      config: () => ({ iceServers: this.#iceServers, bundlePolicy: 'max-bundle' }),
      onchange: (camera) => this.#cameraChanged(camera),
    });
  }

  /** @param {ViewedCamera} camera */
  #cameraChanged(camera) {
    if (camera.state === 'live' || camera.state === 'connecting') browser.setItem('last-camera', camera.id);
    this.#shown = this.#choose(camera);
    const stream = this.#shown?.stream;
    if (stream && preview.srcObject !== stream) {
      preview.srcObject = stream;
      for (const track of stream.getAudioTracks()) {
        track.addEventListener('unmute', () => this.#render(), { signal: this.#signal });
        track.addEventListener('mute', () => this.#render(), { signal: this.#signal });
      }
    }
    this.#render();
  }

  /**
   * The newest camera is shown, and when it goes away one that is still live.
   *
   * @param {ViewedCamera} changed
   */
  #choose(changed) {
    if (changed.state === 'live' || changed.state === 'connecting') return changed;
    const others = [...this.#viewer.cameras.values()].filter(({ state }) => state === 'live');
    if (changed.state === 'ended' && (!this.#shown || this.#shown.id === changed.id)) return others.at(-1) ?? changed;
    return this.#shown ?? changed;
  }

  #mailboxChanged() {
    const { state } = this.#mailbox;
    if (state === 'displaced') {
      // The cameras turn to the reader that took over.
      this.#viewer.close();
      this.#viewer = this.#newViewer();
      this.#shown = undefined;
      preview.srcObject = null;
      this.#asked = false;
    }
    if (state === 'open') void this.#opened();
    this.#render();
  }

  async #opened() {
    try {
      this.#iceServers = await this.#mailbox.iceServers(this.#signal);
    } catch {
      // Without them the two devices still find each other on one network.
    }
    const last = browser.getItem('last-camera');
    if (last && !this.#asked && !this.#signal.aborted) this.#viewer.watch(last);
    this.#asked = true;
  }

  /** @param {EventTarget | null} button */
  #act(button) {
    const action = button instanceof HTMLElement ? button.dataset.action : '';
    if (action === 'resume') this.#mailbox.resume();
    else if (action === 'home') location.assign('./');
    else this.#nudge();
  }

  #nudge() {
    this.#mailbox.nudge();
    this.#viewer.nudge();
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
    show(receiveView({ supported, mailbox: this.#mailbox.state, lobby: this.#lobby, camera, sendAddress: address('send') }));
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

live(() => {
  const page = new ReceivePage();
  return () => page.close();
});
