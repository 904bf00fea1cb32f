// @ts-check
// What a camera sends to all its viewers together, in a few words.
import { bitrateText } from './stats-words.js';

/** @typedef {import('./stats.js').Figures} Figures */

/** A limit that lasts for fewer reads than this comes and goes by itself, as after every start. */
const LASTING = 8;

/**
 * The best picture that is sent and the bitrate of all: "1080p30 · 2.1 Mbit/s".
 * '' while nothing is sent.
 *
 * @param {Figures[]} figures of each viewer's connection, outbound
 */
export function summary(figures) {
  const best = Math.max(0, ...figures.map(lines));
  const fps = Math.max(0, ...figures.filter((one) => lines(one) === best).map(({ fps }) => Math.round(fps ?? 0)));
  const rates = figures.flatMap(({ bitrate, audioBitrate }) => (bitrate === undefined ? [] : [bitrate + (audioBitrate ?? 0)]));
  const rate = rates.reduce((sum, one) => sum + one, 0);
  if (rates.length > 0 && rate === 0) return '';
  return [best ? `${best}p${fps || ''}` : '', rates.length > 0 ? bitrateText(rate) : ''].filter(Boolean).join(' · ');
}

/**
 * The lines of a picture, as people count them: a phone held upright sends 1080 × 1920 and calls it 1080p.
 *
 * @param {Figures} figures
 */
function lines({ width = 0, height = 0 }) {
  return Math.min(width, height);
}

/** Says why viewers get less than the camera gives, once that lasts. */
export class Limits {
  #reads = 0;
  /** @type {string} */
  #text = '';

  /**
   * The reason in words, '' while there is none, or while the browser tells none.
   *
   * @param {Figures[]} figures of each viewer's connection, outbound
   */
  say(figures) {
    const text = limitation(figures);
    this.#reads = text === this.#text ? this.#reads + 1 : 1;
    this.#text = text;
    return this.#reads >= LASTING ? text : '';
  }
}

/** @param {Figures[]} figures */
function limitation(figures) {
  if (figures.some(({ limitation }) => limitation === 'cpu')) {
    return 'This device is too busy to send the whole picture. Close other programs, or choose a lower resolution.';
  }
  const slow = figures.filter(({ limitation }) => limitation === 'bandwidth').length;
  if (slow === 0) return '';
  if (slow < figures.length) return 'The network to a viewer is too slow for the whole picture. The others get all of it.';
  return 'The network is too slow for the whole picture. Come closer to the Wi-Fi, or choose a lower resolution.';
}
