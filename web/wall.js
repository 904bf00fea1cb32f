// @ts-check
import { gridShape } from './grid.js';
import { Tile } from './tile.js';

/** @typedef {import('./tile.js').Picture} Picture */

/**
 * The cameras on the page: a grid that finds its own shape, or one that the
 * person made large. There is always a tile, so that #preview is always there;
 * it is the first camera's.
 */
export class Wall {
  #root;
  #turns;
  #onchange;
  /** @type {HTMLElement} */
  #blank;
  /** @type {Map<import('./viewer.js').ViewedCamera, Tile>} */
  #tiles = new Map();
  /** The inbox of the camera that is large. */
  #large = '';
  #sound = false;

  /**
   * @param {HTMLElement} root with one tile in it
   * @param {import('./turns.js').Turns} turns
   * @param {() => void} onchange called when the person chose a camera, or one has sound or has it no more
   * @param {AbortSignal} signal
   */
  constructor(root, turns, onchange, signal) {
    this.#root = root;
    this.#turns = turns;
    this.#onchange = onchange;
    this.#blank = /** @type {HTMLElement} */ (root.firstElementChild?.cloneNode(true));
    this.#blank.querySelector('video')?.removeAttribute('id');
    const sizes = new ResizeObserver(() => this.#arrange());
    sizes.observe(root);
    signal.addEventListener('abort', () => {
      sizes.disconnect();
      for (const tile of this.#tiles.values()) tile.close();
    });
  }

  /** The cameras that there is something to see of, in their order. */
  get tiles() {
    return [...this.#tiles.values()].filter(({ visible }) => visible).sort((a, b) => a.picture.number - b.picture.number);
  }

  /** The camera that is alone on the screen, if one is. @returns {Tile | undefined} */
  get chosen() {
    const { tiles } = this;
    return tiles.length === 1 ? tiles[0] : tiles.find(({ picture }) => picture.camera.id === this.#large);
  }

  /** The cameras that can be seen now. */
  get seen() {
    return this.chosen ? [this.chosen] : this.tiles;
  }

  /** Whether the sound is on. */
  get sound() {
    return this.#sound;
  }

  set sound(on) {
    this.#sound = on;
    this.#arrange();
  }

  /** @param {Picture[]} pictures all cameras that have a picture, or are about to */
  show(pictures) {
    const present = new Set(pictures.map(({ camera }) => camera));
    for (const [camera, tile] of this.#tiles) if (!present.has(camera)) this.#remove(camera, tile);
    for (const picture of pictures) (this.#tiles.get(picture.camera) ?? this.#add(picture)).show(picture);
    this.#arrange();
  }

  /**
   * Makes a camera large, or all of them visible again.
   *
   * @param {number} number of the camera; 0 for all, as is one that is not there
   */
  choose(number) {
    this.#large = this.tiles.find(({ picture }) => picture.number === number)?.picture.camera.id ?? '';
    this.#arrange();
    this.#onchange();
  }

  /** @param {Tile} tile @param {import('./picture.js').Turn} turn */
  rotate(tile, turn) {
    tile.turn = turn;
    this.#turns.set(tile.picture.camera.id, turn);
    this.#arrange();
  }

  /** @param {Picture} picture */
  #add(picture) {
    const element = this.#tiles.size === 0 ? /** @type {HTMLElement} */ (this.#root.firstElementChild) : this.#place(picture.number);
    const tile = new Tile(element, picture, {
      onchange: () => {
        this.#arrange();
        this.#onchange();
      },
      onsilenced: () => {
        this.#sound = false;
        this.#onchange();
      },
      onpress: () => this.choose(this.chosen ? 0 : picture.number),
    });
    tile.turn = this.#turns.get(picture.camera.id);
    this.#tiles.set(picture.camera, tile);
    return tile;
  }

  /**
   * A new tile's element, before those of higher numbers. The others stay where
   * they are: a video that is moved stops.
   *
   * @param {number} number
   */
  #place(number) {
    const element = /** @type {HTMLElement} */ (this.#blank.cloneNode(true));
    const later = [...this.#tiles.values()].filter(({ picture }) => picture.number > number);
    later.sort((a, b) => a.picture.number - b.picture.number);
    this.#root.insertBefore(element, later[0]?.element ?? null);
    return element;
  }

  /** @param {import('./viewer.js').ViewedCamera} camera @param {Tile} tile */
  #remove(camera, tile) {
    tile.close();
    this.#tiles.delete(camera);
    if (this.#tiles.size > 0) tile.element.remove();
  }

  #arrange() {
    const { chosen, seen, tiles } = this;
    for (const tile of this.#tiles.values()) {
      const shown = seen.includes(tile);
      if (!shown) tile.place = 'hidden';
      else if (tile !== chosen) tile.place = 'one of several';
      else tile.place = tiles.length > 1 ? 'large' : 'alone';
      tile.hear(this.#sound && shown);
    }
    this.#root.classList.toggle('one', seen.length < 2);
    const { clientWidth, clientHeight } = this.#root;
    const { columns, rows } = gridShape(clientWidth, clientHeight, seen.map(({ ratio }) => ratio));
    this.#root.style.setProperty('--columns', String(columns));
    this.#root.style.setProperty('--rows', String(rows));
    const videos = [...this.#root.querySelectorAll('video')];
    for (const [i, video] of videos.entries()) {
      if (i > 0) video.removeAttribute('id');
      else video.id = 'preview';
    }
  }
}
