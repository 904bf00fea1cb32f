// @ts-check
import { download } from './download.js';
import { fileName } from './file-names.js';
import { element } from './page.js';
import { nextTurn } from './picture.js';
import { Recordings } from './recordings.js';
import { canFillScreen, canPictureInPicture, toggleFullscreen, togglePictureInPicture } from './screen-modes.js';
import { statsToggle } from './stats-toggle.js';

/** @typedef {import('./tile.js').Tile} Tile */

/** What the bar's buttons and the keys do. */
export class TileActions {
  #wall;
  #store;
  #onchange;
  #notify;
  #signal;
  #recordings;
  #toggleStatistics;

  /**
   * @param {import('./wall.js').Wall} wall
   * @param {import('./identity.js').Store} store keeps whether single keys are listened to
   * @param {() => void} onchange
   * @param {(text: string) => void} notify tells the person
   * @param {AbortSignal} signal
   */
  constructor(wall, store, onchange, notify, signal) {
    this.#wall = wall;
    this.#store = store;
    this.#onchange = onchange;
    this.#notify = notify;
    this.#signal = signal;
    this.#recordings = new Recordings(notify, onchange, signal);
    const connection = () => wall.seen[0]?.picture.camera.session?.pc;
    this.#toggleStatistics = statsToggle(element('statistics', HTMLButtonElement), element('stage', HTMLElement), connection, signal);
    document.addEventListener('fullscreenchange', onchange, { signal });
  }

  /** @type {Record<import('./shortcuts.js').Action, () => void>} */
  all = {
    sound: () => this.#toggleSound(),
    fullscreen: () => this.#mode(toggleFullscreen, this.#wall.seen[0]),
    pip: () => this.#withChosen((tile) => this.#mode(togglePictureInPicture, tile)),
    fit: () => {
      document.body.classList.toggle('cover');
      this.#onchange();
    },
    rotate: () => this.#withChosen((tile) => this.#wall.rotate(tile, nextTurn(tile.turn))),
    snapshot: () => this.#withChosen((tile) => void this.#snapshot(tile)),
    record: () => this.#withChosen((tile) => this.#recordings.toggle(tile)),
    statistics: () => this.#toggleStatistics(),
    help: () => void this.#help(),
  };

  /** Whether single keys are listened to. */
  get keys() {
    return this.#store.getItem('keys') !== '0';
  }

  /** @param {import('./controls.js').Controls} controls */
  render(controls) {
    const { chosen, seen, sound } = this.#wall;
    const [first] = seen;
    const audio = seen.some(({ hasSound }) => hasSound);
    controls.set('sound', { pressed: audio && sound, disabled: !audio });
    controls.set('fit', { pressed: document.body.classList.contains('cover') });
    controls.set('fullscreen', { pressed: document.fullscreenElement !== null, hidden: first && !canFillScreen(first.video) });
    controls.set('pip', { disabled: !chosen, hidden: first && !canPictureInPicture(first.video) });
    controls.set('rotate', { disabled: !chosen });
    controls.set('snapshot', { disabled: !chosen });
    controls.set('record', { pressed: this.#recordings.has(chosen), disabled: !chosen, hidden: !('MediaRecorder' in globalThis) });
  }

  #toggleSound() {
    if (!this.#wall.seen.some(({ hasSound }) => hasSound)) {
      this.#notify('No sound comes from here. The microphone is switched on at the camera.');
      return;
    }
    this.#wall.sound = !this.#wall.sound;
    this.#onchange();
  }

  /** @param {(tile: Tile) => void} act on the camera that is alone on the screen */
  #withChosen(act) {
    const { chosen, seen } = this.#wall;
    if (chosen) act(chosen);
    else if (seen.length > 0) this.#notify('That is for one camera. Choose one first: click it, or press its number.');
    this.#onchange();
  }

  /**
   * @param {(video: HTMLVideoElement) => Promise<void>} toggle
   * @param {Tile | undefined} tile
   */
  #mode(toggle, tile) {
    if (tile) toggle(tile.video).catch(() => this.#notify('The browser does not allow that here.'));
  }

  /** @param {Tile} tile */
  async #snapshot(tile) {
    const name = fileName(tile.name, new Date(), 'png');
    try {
      const { snapshot } = await import('./snapshot.js');
      download(await snapshot(tile.video, tile.turn), name, this.#signal);
      this.#notify('The picture is saved.');
    } catch {
      this.#notify('There is no picture to save yet. Try again when it moves.');
    }
  }

  async #help() {
    const store = this.#store;
    const keys = {
      get on() {
        return store.getItem('keys') !== '0';
      },
      set on(on) {
        store.setItem('keys', on ? '1' : '0');
      },
    };
    const { showShortcuts } = await import('./shortcuts-sheet.js');
    showShortcuts(keys, this.#signal);
  }
}
