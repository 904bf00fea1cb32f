// @ts-check
import { download } from './download.js';
import { fileName } from './file-names.js';

/** @typedef {import('./tile.js').Tile} Tile */

/** @type {Record<import('./recording.js').Outcome, string>} */
const OUTCOMES = {
  saved: 'The recording is saved.',
  full: 'There is no more room: the recording is saved up to here.',
  failed: 'The recording could not be saved.',
};

const NO_SOUND = 'This recording has no sound, because it began before there was any. Stop it and record anew to have it.';

/** The recordings of a receive page, one for each camera at most. */
export class Recordings {
  #notify;
  #onchange;
  #signal;
  /** 'starting' while the person chooses a file. @type {Map<Tile, import('./recording.js').Recording | 'starting'>} */
  #running = new Map();

  /**
   * @param {(text: string) => void} notify tells the person
   * @param {() => void} onchange
   * @param {AbortSignal} signal
   */
  constructor(notify, onchange, signal) {
    this.#notify = notify;
    this.#onchange = onchange;
    this.#signal = signal;
    addEventListener('beforeunload', (event) => {
      if (this.#running.size > 0) event.preventDefault(); // what is not saved would be lost
    }, { signal });
    signal.addEventListener('abort', () => {
      for (const recording of this.#running.values()) if (recording !== 'starting') recording.stop();
    });
  }

  /** @param {Tile | undefined} tile */
  has(tile) {
    return tile !== undefined && this.#running.has(tile);
  }

  /**
   * Starts to record a camera, or stops and saves.
   *
   * @param {Tile} tile
   */
  toggle(tile) {
    const running = this.#running.get(tile);
    if (running === 'starting') return;
    if (running) running.stop();
    else void this.#record(tile).catch(() => this.#notify('This browser cannot record this camera.'));
  }

  /** @param {Tile} tile */
  async #record(tile) {
    this.#running.set(tile, 'starting');
    const over = new AbortController();
    try {
      const { Recording, progressWords } = await import('./recording.js');
      const made = await this.#prepare(tile);
      if (!made || this.#signal.aborted) return;
      const recording = new Recording(made.recorder, made.sink, (seconds, bytes) => {
        tile.recorded = progressWords(seconds, bytes);
      });
      this.#running.set(tile, recording);
      tile.recorded = progressWords(0, 0);
      this.#onchange();
      for (const track of made.silent) track.addEventListener('unmute', () => this.#notify(NO_SOUND), { signal: over.signal });
      this.#notify(OUTCOMES[await recording.ended]);
    } finally {
      over.abort();
      this.#running.delete(tile);
      tile.recorded = '';
      this.#onchange();
    }
  }

  /**
   * The recorder of a camera's tracks, where it writes to, and the tracks that it
   * leaves out; undefined when the person thinks better of it.
   *
   * @param {Tile} tile
   */
  async #prepare(tile) {
    const [{ recorderOptions, recordingType }, { askForFile, fileSink, memorySink }] = await Promise.all([import('./recording.js'), import('./recording-sinks.js')]);
    const stream = streamOf(tile);
    const chosen = recordingType((type) => MediaRecorder.isTypeSupported(type), stream.getAudioTracks().length > 0);
    if (!chosen) throw new Error('no type of recording is supported');
    const name = fileName(tile.name, new Date(), chosen.extension);
    const file = await askForFile(name);
    if (file === 'cancelled') return undefined;
    const give = (/** @type {Blob} */ whole) => download(whole, name, this.#signal);
    const sink = file === 'none' ? memorySink(give, chosen.type) : await fileSink(file);
    const silent = (tile.picture.camera.stream?.getAudioTracks() ?? []).filter((track) => !stream.getTracks().includes(track));
    return { recorder: new MediaRecorder(stream, recorderOptions(chosen.type, tile.video)), sink, silent };
  }
}

/**
 * What is recorded: tracks that send now. A silent one keeps some browsers from
 * writing anything. The stream is the recording's own, since one that gains a
 * track while it is recorded ends the recording.
 *
 * @param {Tile} tile
 */
function streamOf({ picture }) {
  const tracks = picture.camera.stream?.getTracks() ?? [];
  return new MediaStream(tracks.filter(({ kind, muted }) => kind === 'video' || !muted));
}
