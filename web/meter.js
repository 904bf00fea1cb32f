// @ts-check
// How loud a track is, for the eye.
import { either } from './timing.js';

/** Below this there is nothing to see, in decibels under full scale. */
const FLOOR = -60;

/**
 * The loudness of samples from -1 to 1, on a scale from 0 (silence) to 1 (as
 * loud as it can be) that follows the ear: every step of decibels is as wide.
 *
 * @param {Float32Array} samples
 */
export function loudness(samples) {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  const decibels = 10 * Math.log10(sum / samples.length);
  return decibels > FLOOR ? Math.min(1, 1 - decibels / FLOOR) : 0;
}

/** Tells how loud a microphone is, as often as the page is drawn, whichever microphone it is. */
export class Meter {
  #onlevel;
  #signal;
  /** @type {MediaStreamTrack | undefined} */
  #track;
  #end = new AbortController();

  /**
   * @param {(level: number) => void} onlevel called with 0 (silence) to 1
   * @param {AbortSignal} signal
   */
  constructor(onlevel, signal) {
    this.#onlevel = onlevel;
    this.#signal = signal;
  }

  /** Listens to this track from now on. @param {MediaStreamTrack | undefined} track */
  follow(track) {
    if (track === this.#track) return;
    this.#track = track;
    this.#end.abort();
    this.#end = new AbortController();
    if (track) watchLevel(track, this.#onlevel, either(this.#signal, this.#end.signal));
  }
}

/**
 * @param {MediaStreamTrack} track
 * @param {(level: number) => void} onlevel
 * @param {AbortSignal} signal
 */
function watchLevel(track, onlevel, signal) {
  const context = new AudioContext();
  const analyser = new AnalyserNode(context, { fftSize: 1024 });
  const source = context.createMediaStreamSource(new MediaStream([track]));
  source.connect(analyser); // and nowhere else: nobody is to hear it here
  const samples = new Float32Array(analyser.fftSize);
  const resume = () => void context.resume().catch(() => {}); // closed already
  resume(); // it sleeps until the person has pressed something
  addEventListener('pointerup', resume, { signal });
  addEventListener('keyup', resume, { signal });
  const draw = () => {
    if (signal.aborted) return;
    analyser.getFloatTimeDomainData(samples);
    onlevel(loudness(samples));
    requestAnimationFrame(draw);
  };
  requestAnimationFrame(draw);
  signal.addEventListener('abort', () => {
    source.disconnect();
    void context.close().catch(() => {}); // the page goes away with it
    onlevel(0);
  });
}
