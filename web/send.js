// @ts-check
import { CaptureError, checkSupport, listCameras, openCamera, openMicrophone, problemOf } from './capture.js';
import { LOBBY, linkIdentity, storage, tabIdentity } from './identity.js';
import { showLink } from './link-card.js';
import { makeLink, parseLink, reachableBase } from './links.js';
import { Outlet } from './outlet.js';
import { address, element, live, onNetworkBack, reloadOnLink, serverConfig, setText, show } from './page.js';
import { showShield } from './shield.js';
import { showViewers } from './viewers.js';
import { sendView } from './send-words.js';

const preview = element('preview', HTMLVideoElement);
const devices = element('devices', HTMLSelectElement);
const startButton = element('start', HTMLButtonElement);
const flipButton = element('flip', HTMLButtonElement);
const microphoneButton = element('microphone', HTMLButtonElement);
const inviteButton = element('invite', HTMLButtonElement);
const invitation = element('invitation', HTMLDialogElement);
const link = parseLink(location.hash, 'to');
const tab = storage('sessionStorage');
const browser = storage('localStorage');

/** A second press this soon is the other half of a double click, and is not heard. In milliseconds. */
const DOUBLE_CLICK = 500;

/** The page from the moment it is shown until it goes away. */
class SendPage {
  #closed = new AbortController();
  #signal = this.#closed.signal;
  #stream = new MediaStream();
  /** @type {import('./send-words.js').SendFacts['media']} */
  #media = 'opening';
  #lobby = true;
  /** Runs while Start is deaf. @type {ReturnType<typeof setTimeout> | undefined} */
  #deaf;
  #opening = Promise.resolve();
  #noted = '';
  #figuresShown = false;
  /** @type {import('./channel.js').Refusal | undefined} */
  #refused;
  #config = serverConfig(this.#signal);
  /** That of the link or the lobby, and that of the viewers who have a link to this page. @type {Outlet[]} */
  #outlets = [];

  constructor() {
    const options = { signal: this.#signal };
    startButton.addEventListener('click', () => this.#pressed(), options);
    devices.addEventListener('change', () => this.#chosen(), options);
    flipButton.addEventListener('click', () => this.#flip(), options);
    microphoneButton.addEventListener('click', () => void this.#toggleMicrophone(), options);
    element('action', HTMLButtonElement).addEventListener('click', ({ currentTarget }) => this.#act(currentTarget), options);
    navigator.mediaDevices?.addEventListener('devicechange', () => void this.#devicesChanged(), options);
    onNetworkBack(() => this.#nudge(), this.#signal);
    if (link.kind === 'to') this.#open({ identity: { ...tabIdentity(tab), key: link.key }, dial: link.id, exclusive: true });
    if (link.kind === 'none') this.#open({ identity: tabIdentity(tab), dial: LOBBY, exclusive: false });
    if (link.kind === 'none' && tab.getItem('inviting') === '1') this.#openInvitation();
    inviteButton.hidden = link.kind !== 'none';
    element('done', HTMLButtonElement).addEventListener('click', () => invitation.close(), options);
    inviteButton.addEventListener('click', () => void this.#invite(), options);
    void this.#config.then(({ lobby }) => {
      this.#lobby = lobby;
      this.#render();
    });
    void this.#openCamera().then(() => {
      if (!this.#signal.aborted) this.#startAgain();
    });
    this.#render();
  }

  close() {
    for (const outlet of this.#outlets) outlet.close();
    this.#closed.abort(new DOMException('the page went away', 'AbortError'));
    clearTimeout(this.#deaf);
    for (const track of this.#stream.getTracks()) track.stop();
  }

  get #started() {
    return this.#outlets.some(({ camera }) => camera.started);
  }

  /** @param {Pick<import('./outlet.js').OutletOptions, 'identity' | 'dial' | 'exclusive'>} options */
  #open(options) {
    const common = {
      store: tab,
      stream: this.#stream,
      onchange: () => this.#outletChanged(),
      onrefused: (/** @type {import('./channel.js').Refusal} */ refusal) => {
        this.#refused = refusal;
        this.#render();
      },
    };
    const outlet = new Outlet({ ...common, ...options }, this.#signal);
    this.#outlets.push(outlet);
    return outlet;
  }

  /** The inbox of those who have a link to this page. */
  #openInvitation() {
    const outlet = this.#open({ identity: linkIdentity(tab), dial: '', exclusive: false });
    void outlet.camera.setTracks({ video: this.#stream.getVideoTracks()[0] ?? null, audio: this.#stream.getAudioTracks()[0] ?? null });
    return outlet;
  }

  /** Shows the link to this page. Whoever follows it sees the camera, from now until Stop. */
  async #invite() {
    const outlet = this.#outlets.find(({ sealed }) => sealed) ?? this.#openInvitation();
    tab.setItem('inviting', '1');
    tab.setItem('started', this.#started && tab.getItem('started') === '1' ? '1' : 'link');
    outlet.start();
    const { addresses } = await this.#config;
    if (this.#signal.aborted || invitation.open) return;
    const base = reachableBase(document.baseURI, addresses);
    const shown = new AbortController();
    showLink(makeLink('receive.html', base, 'from', linkIdentity(tab)), 'Watch a camera', shown.signal);
    invitation.addEventListener('close', () => shown.abort(), { once: true });
    invitation.showModal();
    this.#render();
  }

  #outletChanged() {
    const receivers = this.#outlets.flatMap(({ camera }) => camera.receivers);
    if (receivers.some(({ state }) => state === 'live')) {
      this.#refused = undefined;
      void this.#showFigures().catch(() => {}); // the picture goes on without them
    }
    this.#render();
  }

  /** From the first viewer on. */
  async #showFigures() {
    if (this.#figuresShown) return;
    this.#figuresShown = true;
    const { showFigures } = await import('./send-figures.js');
    const watching = () => this.#outlets.flatMap(({ camera }) => camera.receivers.flatMap(({ state, session }) => (state === 'live' && session ? [session.pc] : [])));
    await showFigures({ figures: element('figures', HTMLElement), limit: element('limit', HTMLElement) }, watching, this.#signal);
  }

  #pressed() {
    if (this.#deaf !== undefined) return;
    this.#deaf = setTimeout(() => {
      this.#deaf = undefined;
      this.#render();
    }, DOUBLE_CLICK);
    if (!this.#started) {
      this.#start();
    } else {
      tab.setItem('started', '0');
      for (const { camera } of this.#outlets) camera.stop();
      for (const outlet of this.#outlets) void outlet.prepare();
    }
  }

  #start() {
    tab.setItem('started', '1');
    if (this.#media !== 'ready' && this.#media !== 'opening') void this.#openCamera();
    for (const outlet of this.#outlets) outlet.start();
  }

  /** Goes on with what a reload interrupted. */
  #startAgain() {
    const before = tab.getItem('started');
    if (before === '1') this.#start();
    else if (before === 'link') this.#outlets.find(({ sealed }) => sealed)?.start();
  }

  /** @param {{video?: MediaStreamTrack | null, audio?: MediaStreamTrack | null}} tracks */
  async #setTracks(tracks) {
    await Promise.all(this.#outlets.map(({ camera }) => camera.setTracks(tracks)));
  }

  /** Opens the chosen camera, one call after the other: an open camera must be stopped before another starts. */
  #openCamera() {
    this.#opening = this.#opening.then(async () => {
      this.#enter('opening');
      try {
        this.#stopTracks('video');
        this.#useCamera(await openCamera(devices.value || browser.getItem('camera') || ''));
        // Firefox lists nothing while its window is in the background; the picture need not wait.
        void this.#listDevices().catch(() => {}); // the old list stays
      } catch (error) {
        this.#enter(problemOf(error));
      }
    });
    return this.#opening;
  }

  /** @param {MediaStreamTrack} track */
  #useCamera(track) {
    if (this.#signal.aborted) {
      track.stop();
      return;
    }
    this.#stream.addTrack(track);
    track.addEventListener('ended', () => this.#enter('gone'), { signal: this.#signal });
    preview.srcObject = this.#stream;
    void this.#setTracks({ video: track });
    for (const outlet of this.#outlets) void outlet.prepare();
    this.#enter('ready');
  }

  async #listDevices() {
    const cameras = await listCameras();
    const current = this.#stream.getVideoTracks()[0];
    const options = cameras.map(({ deviceId, label }, i) => new Option(label || `Camera ${i + 1}`, deviceId));
    if (options.length === 0 && current) options.push(new Option(current.label || 'Camera', ''));
    devices.replaceChildren(...options);
    devices.value = current?.getSettings().deviceId ?? '';
    if (devices.selectedIndex < 0) devices.selectedIndex = 0;
    flipButton.hidden = cameras.length < 2;
    this.#render();
  }

  async #devicesChanged() {
    if (this.#media === 'gone' || this.#media === 'none') await this.#openCamera();
    else if (this.#media === 'ready') await this.#listDevices().catch(() => {}); // the old list stays
  }

  #chosen() {
    browser.setItem('camera', devices.value);
    void this.#openCamera();
  }

  #flip() {
    devices.selectedIndex = (devices.selectedIndex + 1) % devices.length;
    this.#chosen();
  }

  async #toggleMicrophone() {
    microphoneButton.disabled = true;
    try {
      if (this.#stream.getAudioTracks().length > 0) {
        this.#stopTracks('audio');
        await this.#setTracks({ audio: null });
      } else {
        const track = await openMicrophone();
        this.#stream.addTrack(track);
        await this.#setTracks({ audio: track });
      }
      this.#note('');
    } catch (error) {
      this.#note(error instanceof CaptureError && error.problem === 'denied' ? 'This page may not use the microphone.' : 'The microphone could not be opened.');
    }
    microphoneButton.disabled = false;
    microphoneButton.setAttribute('aria-pressed', String(this.#stream.getAudioTracks().length > 0));
  }

  /** @param {'audio' | 'video'} kind */
  #stopTracks(kind) {
    for (const track of this.#stream.getTracks()) {
      if (track.kind !== kind) continue;
      track.stop();
      this.#stream.removeTrack(track);
    }
  }

  /** @param {EventTarget | null} button */
  #act(button) {
    const action = button instanceof HTMLElement ? button.dataset.action : '';
    if (action === 'camera') void this.#openCamera();
    else if (action === 'home') location.assign('./');
    else if (action === 'resume') {
      for (const { mailbox } of this.#outlets) mailbox.resume();
      this.#nudge();
    }
  }

  #nudge() {
    for (const outlet of this.#outlets) outlet.nudge();
  }

  /** The connection that is least sure is the one to tell of. */
  #renderShield() {
    const outlets = this.#outlets.toSorted((a, b) => Number(a.sealed) - Number(b.sealed));
    const found = outlets.find(({ camera }) => camera.receivers.some(({ state }) => state === 'live'));
    const receiver = found?.camera.receivers.find(({ state }) => state === 'live');
    showShield(receiver?.session, found?.sealed ?? false);
  }

  /** @param {import('./send-words.js').SendFacts['media']} media */
  #enter(media) {
    this.#media = media;
    this.#render();
  }

  /** @param {string} text */
  #note(text) {
    this.#noted = text;
    this.#render();
  }

  #render() {
    const view = sendView({
      media: this.#media,
      mailbox: this.#outlets[0]?.mailbox.state ?? 'connecting',
      lobby: this.#lobby,
      link: link.kind,
      inviting: this.#outlets.length > 1,
      refused: this.#refused,
      started: this.#started,
      receivers: this.#outlets.flatMap(({ camera }) => camera.receivers).map(({ state }) => state),
      receiveAddress: address('receive'),
    });
    show({ ...view, note: view.note || this.#noted });
    this.#renderShield();
    showViewers(element('viewers', HTMLUListElement), this.#outlets[1]?.camera);
    element('chip', HTMLElement).hidden = devices.length === 0;
    setText(startButton, this.#started ? 'Stop' : 'Start');
    startButton.setAttribute('aria-disabled', String(this.#deaf !== undefined));
    startButton.dataset.started = String(this.#started);
    preview.classList.toggle('waiting', this.#media !== 'ready');
  }
}

try {
  checkSupport(window);
  reloadOnLink();
  live(() => {
    const page = new SendPage();
    return () => page.close();
  });
} catch (error) {
  const facts = { mailbox: /** @type {const} */ ('connecting'), lobby: true, link: link.kind, inviting: false, started: false, receivers: [], receiveAddress: '' };
  show(sendView({ ...facts, media: problemOf(error) }));
  startButton.disabled = true;
  element('action', HTMLButtonElement).addEventListener('click', () => location.assign('./'));
}
