// @ts-check
import { checkSupport, problemOf } from './capture.js';
import { Choices } from './choices.js';
import { showDevices } from './device-list.js';
import { mirrored, nameOf } from './devices.js';
import { storage } from './identity.js';
import { Later } from './later.js';
import { parseLink } from './links.js';
import { address, element, live, onNetworkBack, reloadOnLink, serverConfig, setText, show } from './page.js';
import { encodingOf, soundBitrateOf } from './quality.js';
import { Sending } from './sending.js';
import { Source } from './source.js';
import { NOT_LOADED, sendView } from './send-words.js';

const preview = element('preview', HTMLVideoElement);
const devices = element('devices', HTMLSelectElement);
const startButton = element('start', HTMLButtonElement);
const dialButton = element('dial', HTMLButtonElement);
const pauseButton = element('pause', HTMLButtonElement);
const flipButton = element('flip', HTMLButtonElement);
const microphoneButton = element('microphone', HTMLButtonElement);
const screenButton = element('screen', HTMLButtonElement);
const inviteButton = element('invite', HTMLButtonElement);
const link = parseLink(location.hash, 'to');
const tab = storage('sessionStorage');
const installed = matchMedia('(display-mode: standalone)').matches;

/** A second press this soon is the other half of a double click, and is not heard. In milliseconds. */
const DOUBLE_CLICK = 500;

/** The page from the moment it is shown until it goes away. */
class SendPage {
  #closed = new AbortController();
  #signal = this.#closed.signal;
  #stream = new MediaStream();
  #choices = new Choices(storage('localStorage'));
  #lobby = true;
  /** Runs while Start is deaf. @type {ReturnType<typeof setTimeout> | undefined} */
  #deaf;
  #config = serverConfig(this.#signal);
  /** @type {import('./settings.js').Settings | undefined} */
  #settings;
  /** Whether something that was asked for could not be loaded. */
  #missing = false;
  /** Whether what a reload interrupted goes on. */
  #resumed = false;
  /** What viewers were told of the picture and its name. */
  #told = '';
  #sending = new Sending({
    link,
    tab,
    stream: this.#stream,
    name: () => this.#name,
    onchange: () => this.#render(),
    signal: this.#signal,
  });
  #source = new Source({
    choices: this.#choices,
    stream: this.#stream,
    send: (tracks) => this.#sending.tell({ tracks }),
    onchange: () => this.#sourceChanged(),
    onpicture: () => this.#newPicture(),
    signal: this.#signal,
  });

  #rendered = () => this.#render();
  #viewers = new Later(async () => (await import('./viewers.js')).viewersList(), this.#rendered);
  #shield = new Later(() => import('./shield.js'), this.#rendered);
  #captureWords = new Later(() => import('./capture-words.js'), this.#rendered);
  #wakeLock = new Later(async () => new (await import('./wake-lock.js')).WakeLock(this.#signal), this.#rendered);
  #meter = new Later(async () => new (await import('./meter.js')).Meter((level) => this.#showLevel(level), this.#signal), this.#rendered);
  #figures = new Later(() => this.#showFigures());
  #permissions = new Later(() => this.#watchPermissions());

  constructor() {
    this.#listen();
    this.#tune();
    inviteButton.hidden = link.kind !== 'none';
    screenButton.hidden = !this.#source.canShareScreen;
    void this.#config.then(({ lobby }) => {
      this.#lobby = lobby;
      this.#render();
    });
    void this.#source.open().then(() => {
      if (!this.#signal.aborted) this.#goOn();
    });
    this.#render();
  }

  #listen() {
    const options = { signal: this.#signal };
    /** @type {(button: HTMLElement, act: () => void) => void} */
    const onpress = (button, act) => button.addEventListener('click', act, options);
    onpress(startButton, () => this.#pressed());
    onpress(dialButton, () => this.#sending.start());
    onpress(pauseButton, () => this.#source.pause(!this.#source.paused));
    onpress(flipButton, () => void this.#source.flip());
    onpress(microphoneButton, () => void this.#source.sound.switch(!this.#source.sound.microphone));
    onpress(screenButton, () => void (this.#source.kind === 'screen' ? this.#source.unshare() : this.#source.share()));
    onpress(inviteButton, () => this.#opened(this.#invite()));
    onpress(element('quality', HTMLElement), () => this.#opened(this.#openSettings()));
    onpress(element('action', HTMLElement), () => this.#act(element('action', HTMLElement).dataset.action ?? ''));
    devices.addEventListener('change', () => void this.#source.choose(devices.value), options);
    navigator.mediaDevices.addEventListener('devicechange', () => void this.#source.devicesChanged(), options);
    document.addEventListener('visibilitychange', () => document.hidden || void this.#source.shown(), options);
    onNetworkBack(() => this.#sending.nudge(), this.#signal);
  }

  close() {
    this.#sending.close();
    this.#closed.abort(new DOMException('the page went away', 'AbortError'));
    clearTimeout(this.#deaf);
  }

  #pressed() {
    if (this.#deaf !== undefined) return;
    this.#deaf = setTimeout(() => {
      this.#deaf = undefined;
      this.#render();
    }, DOUBLE_CLICK);
    if (this.#sending.started) {
      this.#sending.stop();
      this.#source.pause(false);
    } else {
      const { picture } = this.#source;
      if (picture !== 'ready' && picture !== 'opening') void this.#source.open();
      this.#sending.start();
    }
  }

  /** Goes on with what a reload interrupted. */
  #goOn() {
    const before = tab.getItem('started');
    if (before === '1' || before === 'link') {
      // A screen is not shared again without a press; the camera is not what the person was showing.
      if (tab.getItem('paused') === '1' || tab.getItem('sharing') === '1') this.#source.pause(true);
      if (tab.getItem('microphone') === '1') void this.#source.sound.switch(true);
    }
    this.#sending.resume();
    this.#resumed = true;
    this.#remember();
  }

  /** Keeps for a reload what would surprise the person or their viewers if it were forgotten. */
  #remember() {
    if (!this.#resumed || this.#source.picture === 'opening') return;
    tab.setItem('paused', this.#source.paused ? '1' : '0');
    tab.setItem('sharing', this.#source.kind === 'screen' ? '1' : '0');
    tab.setItem('microphone', this.#source.sound.microphone ? '1' : '0');
  }

  /** @param {Promise<void>} opening of something that is loaded now */
  #opened(opening) {
    void opening.then(() => false, () => true).then((missing) => {
      this.#missing = missing;
      this.#render();
    });
  }

  /** Shows the link to this page. Whoever follows it sees the camera, from now until Stop. */
  async #invite() {
    const identity = this.#sending.show();
    const [{ showInvitation }, { addresses }] = await Promise.all([import('./invitation.js'), this.#config]);
    if (this.#signal.aborted) return;
    await showInvitation(identity, addresses, () => this.#sending.unshow(), this.#signal);
  }

  async #openSettings() {
    const { Settings } = await import('./settings.js');
    if (this.#signal.aborted) return;
    this.#settings ??= new Settings({ source: this.#source, choices: this.#choices, onchange: () => this.#tune(), signal: this.#signal });
    await this.#settings.open();
  }

  /** Tells everybody what was chosen. */
  #tune() {
    const { values } = this.#choices;
    this.#source.hint();
    this.#sending.tell({ picture: encodingOf(values), sound: { maxBitrate: soundBitrateOf(values) } });
    this.#tellState();
    this.#render();
  }

  get #name() {
    return this.#choices.values.name || nameOf(this.#source.track?.label ?? '');
  }

  #tellState() {
    const { state, picture } = this.#source;
    const told = `${state} ${this.#name}`;
    if (told === this.#told || picture === 'opening') return;
    this.#told = told;
    this.#sending.tell({ state });
  }

  #newPicture() {
    preview.srcObject = this.#stream;
    if (!this.#sending.started) this.#sending.prepare();
  }

  #sourceChanged() {
    this.#tellState();
    this.#remember();
    this.#render();
  }

  /** From the first viewer on. */
  async #showFigures() {
    const { showFigures } = await import('./send-figures.js');
    const places = { figures: element('figures', HTMLElement), limit: element('limit', HTMLElement) };
    void showFigures(places, () => this.#sending.live, this.#signal).catch(() => {}); // the picture goes on without them
    return true;
  }

  /** @param {number} level of the microphone, from 0 to 1 */
  #showLevel(level) {
    microphoneButton.style.setProperty('--level', level.toFixed(2));
    this.#settings?.showLevel(level);
  }

  async #watchPermissions() {
    const { watchPermissions } = await import('./permission.js');
    await watchPermissions(this.#source, this.#signal);
    return true;
  }

  /** @param {string} action of the card's button */
  #act(action) {
    if (action === 'camera') void this.#source.open();
    else if (action === 'next') void this.#source.substitute();
    else if (action === 'home') location.assign('./');
    else if (action === 'resume') this.#sending.takeBack();
  }

  #render() {
    if (this.#signal.aborted) return;
    const { picture, state, kind, sound, screenProblem, cameras, others } = this.#source;
    const { started, dialing, showing, inviting, mailbox, refused, receivers, live, leastSure, shownCamera } = this.#sending;
    const problem = picture === 'ready' || picture === 'opening' ? undefined : picture;
    const words = this.#captureWords.needIf(Boolean(problem ?? sound.problem ?? screenProblem));
    this.#permissions.needIf(['denied', 'dismissed', 'system'].includes(problem ?? sound.problem ?? ''));
    this.#figures.needIf(live.length > 0);
    const card = (problem && words?.cameraCard(problem, others, installed)) ?? null;
    const facts = { media: picture, card, video: state, kind, mailbox, lobby: this.#lobby, link: link.kind, inviting, refused, started };
    const view = sendView({ ...facts, receivers: receivers.map(({ state }) => state), receiveAddress: address('receive') });
    show({ ...view, note: view.note || (this.#missing ? NOT_LOADED : (words?.soundNote(sound.problem, screenProblem) ?? '')) });
    this.#shield.needIf(leastSure !== undefined)?.showShield(leastSure?.session, leastSure?.sealed ?? false);
    this.#viewers.needIf(shownCamera !== undefined)?.(element('viewers', HTMLUListElement), shownCamera);
    this.#wakeLock.needIf(started)?.want(started && state !== 'paused');
    this.#meter.needIf(sound.microphone !== undefined)?.follow(sound.microphone);
    showDevices(devices, this.#source);
    element('chip', HTMLElement).hidden = devices.length === 0 || kind === 'screen';
    flipButton.hidden = cameras.length < 2 || kind === 'screen';
    setText(startButton, started ? 'Stop' : 'Start');
    startButton.setAttribute('aria-disabled', String(this.#deaf !== undefined));
    startButton.dataset.started = String(started);
    dialButton.hidden = !(showing && !dialing && this.#lobby);
    setText(inviteButton, showing ? 'Show the link again' : 'Show viewers a link');
    pauseButton.hidden = !started;
    pauseButton.setAttribute('aria-pressed', String(state === 'paused'));
    screenButton.setAttribute('aria-pressed', String(kind === 'screen'));
    microphoneButton.disabled = sound.opening;
    microphoneButton.setAttribute('aria-pressed', String(sound.microphone !== undefined));
    preview.classList.toggle('waiting', picture !== 'ready');
    preview.classList.toggle('screen', kind === 'screen');
    preview.classList.toggle('held', state !== 'live');
    preview.classList.toggle('mirrored', kind === 'camera' && mirrored(this.#choices.values.mirror, this.#source.track));
    this.#settings?.render();
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
  void import('./unable.js').then(({ sayUnable }) => sayUnable(problemOf(error), link.kind), () => {}); // the server went away
}
