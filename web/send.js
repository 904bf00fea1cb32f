// @ts-check
import { Camera } from './camera.js';
import { CaptureError, checkSupport, listCameras, openCamera, openMicrophone, problemOf } from './capture.js';
import { LOBBY, cameraIdentity, storage } from './identity.js';
import { parseMessage } from './messages.js';
import { address, element, live, onNetworkBack, serverConfig, setText, show } from './page.js';
import { Mailbox } from './signaling.js';
import { sendView } from './words.js';

const preview = element('preview', HTMLVideoElement);
const devices = element('devices', HTMLSelectElement);
const startButton = element('start', HTMLButtonElement);
const flipButton = element('flip', HTMLButtonElement);
const microphoneButton = element('microphone', HTMLButtonElement);
const tab = storage('sessionStorage');
const browser = storage('localStorage');

/** A second press this soon is the other half of a double click, and is not heard. In milliseconds. */
const DOUBLE_CLICK = 500;

/** The page from the moment it is shown until it goes away. */
class SendPage {
  #closed = new AbortController();
  #signal = this.#closed.signal;
  #stream = new MediaStream();
  /** @type {import('./words.js').SendFacts['media']} */
  #media = 'opening';
  #lobby = true;
  /** Runs while Start is deaf. @type {ReturnType<typeof setTimeout> | undefined} */
  #deaf;
  /** @type {RTCIceServer[]} */
  #iceServers = [];
  #opening = Promise.resolve();
  #mailbox = new Mailbox({
    url: document.baseURI,
    ...cameraIdentity(tab),
    onmessage: (from, body) => {
      const message = parseMessage(body);
      if (message) this.#camera.receive(from, message);
    },
    onstate: () => this.#mailboxChanged(),
  });
  #camera = new Camera({
    stream: this.#stream,
    send: (to, message, signal) => this.#mailbox.send(to, JSON.stringify(message), { signal }),
    config: () => ({ iceServers: this.#iceServers, bundlePolicy: 'max-bundle' }),
    onchange: () => this.#render(),
  });

  constructor() {
    const options = { signal: this.#signal };
    startButton.addEventListener('click', () => this.#pressed(), options);
    devices.addEventListener('change', () => this.#chosen(), options);
    flipButton.addEventListener('click', () => this.#flip(), options);
    microphoneButton.addEventListener('click', () => void this.#toggleMicrophone(), options);
    element('action', HTMLButtonElement).addEventListener('click', ({ currentTarget }) => this.#act(currentTarget), options);
    navigator.mediaDevices?.addEventListener('devicechange', () => void this.#devicesChanged(), options);
    onNetworkBack(() => this.#nudge(), this.#signal);
    void this.#mailbox.run(this.#signal);
    void serverConfig(this.#signal).then(({ lobby }) => {
      this.#lobby = lobby;
      this.#render();
    });
    void this.#openCamera().then(() => {
      if (tab.getItem('started') === '1' && !this.#signal.aborted) this.#start();
    });
    this.#render();
  }

  close() {
    for (const { id, session } of this.#camera.receivers) {
      if (session) this.#mailbox.sendLast(id, JSON.stringify({ type: 'bye', session: session.id }));
    }
    this.#closed.abort(new DOMException('the page went away', 'AbortError'));
    clearTimeout(this.#deaf);
    this.#camera.close();
    for (const track of this.#stream.getTracks()) track.stop();
  }

  #pressed() {
    if (this.#deaf !== undefined) return;
    this.#deaf = setTimeout(() => {
      this.#deaf = undefined;
      this.#render();
    }, DOUBLE_CLICK);
    if (!this.#camera.started) {
      this.#start();
    } else {
      tab.setItem('started', '0');
      this.#camera.stop();
      void this.#camera.prepare();
    }
  }

  #start() {
    tab.setItem('started', '1');
    if (this.#media !== 'ready' && this.#media !== 'opening') void this.#openCamera();
    this.#camera.start(LOBBY);
  }

  /** Opens the chosen camera, one call after the other: an open camera must be stopped before another starts. */
  #openCamera() {
    this.#opening = this.#opening.then(async () => {
      this.#enter('opening');
      try {
        this.#stopTracks('video');
        this.#useCamera(await openCamera(devices.value || browser.getItem('camera') || ''));
        await this.#listDevices();
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
    void this.#camera.setTracks({ video: track });
    void this.#camera.prepare();
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
        await this.#camera.setTracks({ audio: null });
      } else {
        const track = await openMicrophone();
        this.#stream.addTrack(track);
        await this.#camera.setTracks({ audio: track });
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
      this.#mailbox.resume();
      this.#nudge();
    }
  }

  #nudge() {
    this.#mailbox.nudge();
    this.#camera.nudge();
  }

  #mailboxChanged() {
    if (this.#mailbox.state === 'displaced') this.#camera.stop();
    if (this.#mailbox.state === 'open') void this.#loadIceServers();
    this.#render();
  }

  async #loadIceServers() {
    try {
      this.#iceServers = await this.#mailbox.iceServers(this.#signal);
      if (this.#iceServers.length > 0) await this.#camera.prepare();
    } catch {
      // Without them the two devices still find each other on one network.
    }
  }

  /** @param {import('./words.js').SendFacts['media']} media */
  #enter(media) {
    this.#media = media;
    this.#render();
  }

  /** @param {string} text */
  #note(text) {
    setText(element('note', HTMLElement), text);
  }

  #render() {
    const settings = this.#stream.getVideoTracks()[0]?.getSettings();
    const quality = settings?.height ? `${settings.height}p${Math.round(settings.frameRate ?? 0) || ''}` : '';
    show(
      sendView({
        media: this.#media,
        mailbox: this.#mailbox.state,
        lobby: this.#lobby,
        started: this.#camera.started,
        receivers: this.#camera.receivers.map(({ state }) => state),
        quality,
        receiveAddress: address('receive'),
      }),
    );
    element('chip', HTMLElement).hidden = devices.length === 0;
    setText(startButton, this.#camera.started ? 'Stop' : 'Start');
    startButton.setAttribute('aria-disabled', String(this.#deaf !== undefined));
    startButton.dataset.started = String(this.#camera.started);
    preview.classList.toggle('waiting', this.#media !== 'ready');
  }
}

try {
  checkSupport(window);
  live(() => {
    const page = new SendPage();
    return () => page.close();
  });
} catch (error) {
  const facts = { mailbox: /** @type {const} */ ('connecting'), lobby: true, started: false, receivers: [], quality: '', receiveAddress: '' };
  show(sendView({ ...facts, media: problemOf(error) }));
  startButton.disabled = true;
  element('action', HTMLButtonElement).addEventListener('click', () => location.assign('./'));
}
