// @ts-check
// What there is to choose from, and what is in force; loaded with the settings.

/** @typedef {{value: number, label: string}} Option */

/** The heights that are offered, as far as the camera has them. */
const HEIGHTS = [2160, 1440, 1080, 720, 540, 480, 360, 240];
const FRAME_RATES = [60, 30, 24, 15, 10, 5];
/** In Mbit/s; 0 is no limit. */
const BITRATES = [0, 0.5, 1, 2, 4, 8, 16];

/**
 * The resolutions to choose from.
 *
 * @param {MediaTrackCapabilities | undefined} capabilities of the camera, where the browser tells them
 * @param {number} chosen is among them, whatever the camera says
 * @returns {Option[]} the largest first
 */
export function heights(capabilities, chosen) {
  // Phones that stand upright tell the sides the other way round.
  const [width, height] = [capabilities?.width?.max ?? Infinity, capabilities?.height?.max ?? Infinity];
  const max = Math.min(width, height);
  return among(HEIGHTS, max, chosen).map((value) => ({ value, label: `${value}p` }));
}

/**
 * @param {MediaTrackCapabilities | undefined} capabilities
 * @param {number} chosen
 * @returns {Option[]}
 */
export function frameRates(capabilities, chosen) {
  const max = Math.round(capabilities?.frameRate?.max ?? Infinity);
  return among(FRAME_RATES, max, chosen).map((value) => ({ value, label: `${value} fps` }));
}

/**
 * @param {number} chosen in bit/s, as all values here
 * @returns {Option[]}
 */
export function bitrates(chosen) {
  const offered = new Set([...BITRATES.map((mbits) => mbits * 1e6), chosen]);
  return [...offered].sort((a, b) => a - b).map((value) => ({ value, label: bitrateText(value) }));
}

/**
 * What the camera gives now and what limits it, in plain figures.
 *
 * @param {MediaTrackSettings | undefined} settings of the track that is sent
 * @param {number} bitrate
 */
export function inForce(settings, bitrate) {
  if (!settings?.width || !settings.height) return 'There is no picture right now.';
  const rate = settings.frameRate ? `, ${Math.round(settings.frameRate)} pictures a second` : '';
  const limit = bitrate ? `at most ${bitrateText(bitrate)} for each viewer` : 'as much as the network carries';
  return `Now: ${settings.width} × ${settings.height}${rate}, ${limit}.`;
}

/** @param {number} bitrate in bit/s */
function bitrateText(bitrate) {
  return bitrate === 0 ? 'No limit' : `${bitrate / 1e6} Mbit/s`;
}

/**
 * The steps up to max; max itself where it lies between two, and what is chosen.
 *
 * @param {number[]} steps
 * @param {number} max
 * @param {number} chosen
 */
function among(steps, max, chosen) {
  const offered = new Set(steps.filter((step) => step <= max));
  if (Number.isFinite(max) && max > 0) offered.add(Math.min(max, steps[0]));
  offered.add(chosen);
  return [...offered].sort((a, b) => b - a);
}
