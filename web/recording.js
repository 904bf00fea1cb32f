// @ts-check
// Recording a camera, as the browser's MediaRecorder does it. Loaded when the
// first one begins. The sinks, where a recording goes, are in recording-sinks.js.

/**
 * Where a recording goes. write rejects when there is no more room.
 *
 * @typedef {object} Sink
 * @property {(chunk: Blob) => Promise<void>} write
 * @property {() => Promise<void>} finish makes what was written a file that the person has
 *
 * How a recording ended: 'saved', 'full' saved as far as there was room, 'failed'.
 *
 * @typedef {'saved' | 'full' | 'failed'} Outcome
 */

/**
 * Containers and their codecs, the best first. A camera's picture changes its size
 * with the network, which an MP4 bears only with the codec's parameters among the
 * frames (avc3), so that WebM goes before other MP4.
 *
 * @type {{container: 'mp4' | 'webm', video?: string, audio?: string}[]}
 */
const TYPES = [
  { container: 'mp4', video: 'avc3.640034', audio: 'mp4a.40.2' },
  { container: 'mp4', video: 'avc3.640034', audio: 'opus' },
  { container: 'webm', video: 'vp9', audio: 'opus' },
  { container: 'webm', video: 'vp8', audio: 'opus' },
  { container: 'webm' },
  { container: 'mp4' },
];

/** Between two chunks, in milliseconds. What was not written yet is lost when the browser crashes. */
const CHUNK = 1000;

/**
 * The form in which this browser records, undefined where it cannot. Without sound
 * its codec must not be named: Firefox would wait for it.
 *
 * @param {(type: string) => boolean} isSupported
 * @param {boolean} withSound
 * @returns {{type: string, extension: 'mp4' | 'webm'} | undefined}
 */
export function recordingType(isSupported, withSound) {
  for (const { container, video, audio } of TYPES) {
    const codecs = withSound ? `${video},${audio}` : video;
    const type = video ? `video/${container};codecs="${codecs}"` : `video/${container}`;
    if (isSupported(type)) return { type, extension: container };
  }
  return undefined;
}

/**
 * How a picture is recorded: with bits enough for its size, where browsers have one
 * figure for all, and a key frame each second, before which Chromium writes nothing.
 *
 * @param {string} mimeType
 * @param {{videoWidth: number, videoHeight: number}} video
 */
export function recorderOptions(mimeType, { videoWidth, videoHeight }) {
  return { mimeType, videoBitsPerSecond: Math.max(2_500_000, 4 * videoWidth * videoHeight), videoKeyFrameIntervalDuration: 1000 };
}

/** One recording, from its making until its file is whole. */
export class Recording {
  #recorder;
  #sink;
  #onprogress;
  #started = performance.now();
  #bytes = 0;
  #full = false;
  #writing = Promise.resolve();
  /** Resolves when the file is whole, or cannot be. @type {Promise<Outcome>} */
  ended;

  /**
   * Starts to record.
   *
   * @param {MediaRecorder} recorder of the tracks to record; it ends by itself when they end
   * @param {Sink} sink
   * @param {(seconds: number, bytes: number) => void} onprogress called about once a second
   */
  constructor(recorder, sink, onprogress) {
    this.#recorder = recorder;
    this.#sink = sink;
    this.#onprogress = onprogress;
    const stopped = new Promise((resolve) => {
      recorder.onstop = resolve;
      recorder.onerror = () => this.stop(); // what came before is good
    });
    recorder.ondataavailable = ({ data }) => this.#write(data);
    recorder.start(CHUNK);
    this.ended = stopped.then(() => this.#finish());
  }

  /** Ends the recording; what there is of it is kept. */
  stop() {
    if (this.#recorder.state !== 'inactive') this.#recorder.stop();
  }

  /** @param {Blob} chunk */
  #write(chunk) {
    if (chunk.size === 0 || this.#full) return;
    this.#bytes += chunk.size;
    this.#onprogress((performance.now() - this.#started) / 1000, this.#bytes);
    this.#writing = this.#writing.then(() => this.#sink.write(chunk)).catch(() => {
      this.#full = true;
      this.stop();
    });
  }

  /** @returns {Promise<Outcome>} */
  async #finish() {
    await this.#writing;
    try {
      await this.#sink.finish();
    } catch {
      return 'failed';
    }
    if (this.#full) return 'full';
    return this.#bytes > 0 ? 'saved' : 'failed';
  }
}

/**
 * A recording's time and size in words: "1:05 · 3.2 MB".
 *
 * @param {number} seconds
 * @param {number} bytes
 */
export function progressWords(seconds, bytes) {
  const whole = Math.floor(seconds);
  const two = (/** @type {number} */ n) => String(n).padStart(2, '0');
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  const time = hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
  const size = bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(2)} GB`;
  return `${time} · ${size}`;
}
