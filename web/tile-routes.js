// @ts-check
import { route } from './route.js';

/** @typedef {import('./tile.js').Tile} Tile */

/** @type {Record<import('./route.js').Route['kind'], string>} */
const WORDS = { direct: 'direct', relay: 'by a relay' };

/** Says of each live camera which way its picture takes: read once, and again when the camera was away. */
export class TileRoutes {
  #onchange;
  /** The connections that were asked. @type {Map<Tile, RTCPeerConnection>} */
  #asked = new Map();

  /** @param {() => void} onchange */
  constructor(onchange) {
    this.#onchange = onchange;
  }

  /** @param {Tile[]} tiles */
  update(tiles) {
    for (const tile of this.#asked.keys()) if (!tiles.includes(tile)) this.#asked.delete(tile);
    for (const tile of tiles) {
      const pc = tile.picture.camera.session?.pc;
      if (tile.state !== 'live' || !pc) this.#asked.delete(tile);
      else if (this.#asked.get(tile) !== pc) void this.#ask(tile, pc).catch(() => this.#asked.delete(tile)); // it is over, or too early: the next change asks again
    }
  }

  /**
   * @param {Tile} tile
   * @param {RTCPeerConnection} pc
   */
  async #ask(tile, pc) {
    this.#asked.set(tile, pc);
    const found = route(new Map(await pc.getStats()));
    if (this.#asked.get(tile) !== pc) return;
    if (!found) throw new Error('not known yet');
    tile.route = WORDS[found.kind];
    this.#onchange();
  }
}
