// @ts-check
import { openMicrophone, problemOf } from './capture.js';
import { microphoneConstraints } from './quality.js';

/**
 * @typedef {object} SoundOptions
 * @property {import('./choices.js').Choices} choices
 * @property {() => void} onchange
 * @property {AbortSignal} signal ends it: the microphone is let go of
 * @property {typeof openMicrophone} [open]
 */

/** The sound that is sent: the microphone's while that is on, else that of the shared screen if it has any. */
export class Sound {
  /** @type {MediaDeviceInfo[]} */
  microphones = [];
  /** The microphone, while it is on. @type {MediaStreamTrack | undefined} */
  microphone;
  /** Whether it is being opened. */
  opening = false;
  /** Why it is not on. @type {import('./capture.js').CaptureProblem | undefined} */
  problem;
  /** @type {MediaStreamTrack | undefined} */
  #screen;
  #options;
  #open;

  /** @param {SoundOptions} options */
  constructor(options) {
    this.#options = options;
    this.#open = options.open ?? openMicrophone;
    options.signal.addEventListener('abort', () => {
      this.microphone?.stop();
      this.#screen?.stop();
    });
  }

  /** What is sent. */
  get track() {
    return this.microphone ?? this.#screen;
  }

  /** Switches the microphone on or off. @param {boolean} on */
  async switch(on) {
    if (this.opening || on === (this.microphone !== undefined)) return;
    if (on) await this.#start();
    else this.#stop();
    this.#options.onchange();
  }

  /** Opens the microphone again, if it is on, with what was chosen since. */
  async reopen() {
    if (!this.microphone || this.opening) return;
    this.#stop();
    await this.#start();
    this.#options.onchange();
  }

  /** The person chose this microphone. @param {string} id */
  async choose(id) {
    const label = this.microphones.find(({ deviceId }) => deviceId === id)?.label ?? '';
    this.#options.choices.set({ microphone: { id, label } });
    await this.reopen();
  }

  /** The sound of the shared screen, undefined when none is shared. @param {MediaStreamTrack | undefined} track */
  lend(track) {
    this.#screen?.stop();
    this.#screen = track;
    this.#options.onchange();
  }

  /** What was wrong is no more. */
  forgive() {
    this.problem = undefined;
    this.#options.onchange();
  }

  async #start() {
    this.opening = true;
    this.problem = undefined;
    this.#options.onchange();
    try {
      const { choices, signal } = this.#options;
      const track = await this.#open(microphoneConstraints(choices.values)).catch((error) => {
        if (problemOf(error) !== 'none' || choices.values.microphone.id === '') throw error;
        return this.#open(microphoneConstraints({ ...choices.values, microphone: { id: '', label: '' } }));
      });
      if (signal.aborted) track.stop();
      else this.#use(track);
    } catch (error) {
      this.problem = problemOf(error);
    }
    this.opening = false;
  }

  /** @param {MediaStreamTrack} track */
  #use(track) {
    const { choices } = this.#options;
    track.contentHint = choices.values.music ? 'music' : 'speech';
    track.addEventListener('ended', () => this.#ended(track));
    this.microphone = track;
  }

  #stop() {
    this.microphone?.stop(); // which fires no event
    this.microphone = undefined;
  }

  /** @param {MediaStreamTrack} track */
  #ended(track) {
    if (this.microphone !== track) return;
    this.#stop();
    this.problem = 'gone';
    this.#options.onchange();
  }
}
