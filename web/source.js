// @ts-check
import { canShareScreen, listDevices, openCamera, openScreen, problemOf } from './capture.js';
import { deviceOf, facingOf, find, next } from './devices.js';
import { cameraConstraints, contentHintOf } from './quality.js';
import { Sound } from './sound.js';
import { sleep } from './timing.js';

/** @typedef {import('./capture.js').CaptureProblem} CaptureProblem */

/**
 * @typedef {object} SourceOptions
 * @property {import('./choices.js').Choices} choices
 * @property {MediaStream} stream holds the picture's track
 * @property {(tracks: Source['tracks']) => void} send sends these tracks from now on
 * @property {() => void} onchange called when anything here changed
 * @property {() => void} [onpicture] called when the stream has another picture
 * @property {AbortSignal} signal ends it: every device is let go of
 * @property {typeof CAPTURE} [capture]
 * @property {number} [settle] milliseconds that a picture has to come back by itself when the page is shown again
 */

const CAPTURE = { canShareScreen, listDevices, openCamera, openScreen };

/**
 * Where the picture and the sound come from: a camera or the screen, and a
 * microphone. It opens, changes and closes them one after the other, notices
 * when they go away, and gets them back.
 */
export class Source {
  /** @type {'opening' | 'ready' | CaptureProblem} */
  picture = 'opening';
  /** @type {'camera' | 'screen'} */
  kind = 'camera';
  /** Whether the person has stopped picture and sound for a while. */
  paused = false;
  /** Whether the system keeps the picture back: the phone is locked, there is a call. */
  away = false;
  /** @type {MediaDeviceInfo[]} */
  cameras = [];
  /** Why the screen could not be shared. @type {CaptureProblem | undefined} */
  screenProblem;
  sound;
  #options;
  #capture;
  #opening = Promise.resolve();
  /** The camera that was open last. */
  #last = { id: '', label: '' };
  /** Ends what listens to the present picture. */
  #picture = new AbortController();
  /** What is sent. @type {{video: MediaStreamTrack | null, audio: MediaStreamTrack | null}} */
  tracks = { video: null, audio: null };

  /** @param {SourceOptions} options */
  constructor(options) {
    this.#options = options;
    this.#capture = options.capture ?? CAPTURE;
    this.sound = new Sound({ ...options, onchange: () => this.#changed() });
    options.signal.addEventListener('abort', () => this.#dropPicture());
  }

  /** The picture's track, undefined where there is none. */
  get track() {
    return this.#options.stream.getVideoTracks()[0];
  }

  /** Whether there is a camera beside the one that is or was open. */
  get others() {
    return this.cameras.some(({ deviceId }) => deviceId !== this.#last.id);
  }

  /** What viewers are to know of the picture. @returns {'live' | 'paused' | 'away'} */
  get state() {
    if (this.paused) return 'paused';
    return this.away || (this.picture !== 'ready' && this.picture !== 'opening') ? 'away' : 'live';
  }

  /** Opens the camera that was chosen, or any other where that is not there. */
  open() {
    const { id } = this.#options.choices.values.camera;
    return this.#use(id === '' ? {} : { deviceId: { exact: id } }, { orAny: true });
  }

  /** The person chose this camera. @param {string} deviceId */
  async choose(deviceId) {
    const label = this.cameras.find((camera) => camera.deviceId === deviceId)?.label ?? '';
    this.#options.choices.set({ camera: { id: deviceId, label } });
    await this.#use({ deviceId: { exact: deviceId } });
  }

  /** Turns to the camera on the other side, or to the next one where cameras have no side. */
  async flip() {
    const facing = this.track ? facingOf(this.track) : '';
    const other = next(this.cameras, this.#last.id);
    if (facing === '') {
      if (other) await this.choose(other.deviceId);
      return;
    }
    await this.#use({ facingMode: { ideal: facing === 'user' ? 'environment' : 'user' } }, { chosen: true });
  }

  /** Uses another camera until the one that was lost is back. */
  async substitute() {
    const other = next(this.cameras, this.#last.id);
    await (other ? this.#use({ deviceId: { exact: other.deviceId } }) : this.open());
  }

  /** Opens the same camera again, with what was chosen since. */
  reopen() {
    return this.#last.id === '' ? this.open() : this.#use({ deviceId: { exact: this.#last.id } });
  }

  /** The person chose another look. */
  hint() {
    if (this.track) this.track.contentHint = contentHintOf(this.#options.choices.values.look, this.kind);
  }

  get canShareScreen() {
    return this.#capture.canShareScreen();
  }

  /** Shares the screen instead of the camera, until that ends; only within a press of the person's. */
  async share() {
    this.screenProblem = undefined;
    try {
      const { picture, sound } = await this.#capture.openScreen();
      await this.#queue(async () => {
        this.#dropPicture();
        this.kind = 'screen';
        this.#show(picture);
        this.sound.lend(sound);
      });
    } catch (error) {
      const problem = problemOf(error);
      if (problem !== 'denied' && problem !== 'dismissed') this.screenProblem = problem; // else the person thought better of it
      this.#changed();
    }
  }

  /** Goes back to the camera. */
  async unshare() {
    if (this.kind === 'screen') await this.reopen();
  }

  /** Stops picture and sound for a while, or goes on. Nothing is sent meanwhile; the camera stays open. @param {boolean} paused */
  pause(paused) {
    this.paused = paused;
    this.#changed();
  }

  /** Devices were plugged in or out. */
  async devicesChanged() {
    await this.#list();
    if (this.kind === 'screen') return;
    if (this.picture === 'gone') {
      // Not any camera: the person may not want to be seen by another.
      const back = find(this.cameras, this.#options.choices.values.camera) ?? find(this.cameras, this.#last);
      if (back) await this.#use({ deviceId: { exact: back.deviceId } });
    } else if (this.picture === 'none' || this.picture === 'busy' || this.picture === 'unknown') {
      if (this.cameras.length > 0) await this.open();
    }
  }

  /** The page is in front again: a picture that does not come back by itself is fetched. */
  async shown() {
    if (this.away && this.picture === 'ready') await sleep(this.#options.settle ?? 700, this.#options.signal).catch(() => {});
    if (this.#options.signal.aborted || this.kind === 'screen') return;
    if (this.away) await this.reopen();
    else if (this.picture !== 'ready') await this.devicesChanged();
  }

  /**
   * @param {MediaTrackConstraints} which
   * @param {object} [options]
   * @param {boolean} [options.orAny] whether any camera will do where that is not there
   * @param {boolean} [options.chosen] whether what opens is the person's choice from now on
   */
  async #use(which, { orAny = false, chosen = false } = {}) {
    await this.#queue(async () => {
      this.#enter('opening');
      try {
        // Android opens no camera while another is open.
        this.#dropPicture();
        this.kind = 'camera';
        this.sound.lend(undefined);
        const { choices, signal } = this.#options;
        const opening = this.#capture.openCamera(cameraConstraints(choices.values, which));
        const track = await (orAny && which.deviceId ? opening.catch((error) => this.#openAny(error)) : opening);
        if (chosen) choices.set({ camera: deviceOf(track) });
        if (signal.aborted) track.stop();
        else this.#show(track);
      } catch (error) {
        const problem = problemOf(error);
        this.#enter(problem === 'none' && which.deviceId && !orAny ? 'gone' : problem);
      }
    });
    // Firefox lists nothing while its window is in the background; the picture need not wait.
    void this.#list();
  }

  /** @param {unknown} error with which the chosen camera did not open */
  #openAny(error) {
    if (problemOf(error) !== 'none') throw error;
    return this.#capture.openCamera(cameraConstraints(this.#options.choices.values, {}));
  }

  /** @param {MediaStreamTrack} track */
  #show(track) {
    const { stream, onpicture } = this.#options;
    this.#picture = new AbortController();
    const { signal } = this.#picture;
    track.addEventListener('ended', () => this.#ended(), { signal });
    track.addEventListener('mute', () => this.#keptBack(this.kind === 'camera'), { signal });
    track.addEventListener('unmute', () => this.#keptBack(false), { signal });
    stream.addTrack(track);
    if (this.kind === 'camera') {
      this.#last = deviceOf(track);
      void this.#restoreTools(track).catch(() => {}); // the camera goes on as it is
    }
    this.hint();
    this.#enter('ready');
    onpicture?.();
  }

  /** @param {MediaStreamTrack} track */
  async #restoreTools(track) {
    const remembered = this.#options.choices.values.tools[track.label];
    if (remembered) await (await import('./tools.js')).restoreTools(track, remembered);
  }

  #dropPicture() {
    this.#picture.abort(); // a picture that is let go of has nothing more to say
    this.away = false;
    for (const track of this.#options.stream.getVideoTracks()) {
      track.stop();
      this.#options.stream.removeTrack(track);
    }
  }

  #ended() {
    if (this.kind === 'screen') {
      void this.reopen();
      return;
    }
    this.#dropPicture();
    this.#enter('gone');
    void this.#list();
  }

  /** @param {boolean} away */
  #keptBack(away) {
    this.away = away;
    this.#changed();
  }

  /** Lists the devices, and turns to the chosen one when it is there again. */
  async #list() {
    try {
      const { cameras, microphones } = await this.#capture.listDevices();
      this.cameras = cameras;
      this.sound.microphones = microphones;
    } catch {
      return; // the old list stays
    }
    this.#changed();
    const chosen = find(this.cameras, this.#options.choices.values.camera);
    if (this.picture !== 'ready' || this.kind === 'screen' || !chosen) return;
    if (this.#last.id !== '' && chosen.deviceId !== this.#last.id) await this.choose(chosen.deviceId);
  }

  /** One after the other: an open camera must be stopped before another starts. @param {() => Promise<void>} task */
  #queue(task) {
    this.#opening = this.#opening.then(() => (this.#options.signal.aborted ? undefined : task()));
    return this.#opening;
  }

  /** @param {Source['picture']} picture */
  #enter(picture) {
    this.picture = picture;
    this.#changed();
  }

  #changed() {
    if (this.#options.signal.aborted) return;
    const { video, audio } = this.tracks;
    // While another camera opens, viewers keep the last picture of the one before.
    if (this.paused) this.tracks = { video: null, audio: null };
    else this.tracks = { video: this.picture === 'opening' ? video : (this.track ?? null), audio: this.sound.track ?? null };
    if (video !== this.tracks.video || audio !== this.tracks.audio) this.#options.send(this.tracks);
    this.#options.onchange();
  }
}
