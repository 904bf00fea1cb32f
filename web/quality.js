// @ts-check
// From what the person chose to what the browser is asked for.

/** @typedef {import('./choices.js').ChoiceValues} ChoiceValues */
/** @typedef {{value: number, label: string}} Option */

/** The heights that are offered, as far as the camera has them. */
const HEIGHTS = [2160, 1440, 1080, 720, 540, 480, 360, 240];
const FRAME_RATES = [60, 30, 24, 15, 10, 5];
/** In Mbit/s; 0 is no limit. */
const BITRATES = [0, 0.5, 1, 2, 4, 8, 16];

/** What Opus is given for music, in bit/s; for speech browsers take about a quarter of it. */
const MUSIC_BITRATE = 128_000;

/**
 * What to ask a camera for. Nothing of it is a must but the device itself: a camera
 * gives what comes nearest.
 *
 * @param {Pick<ChoiceValues, 'height' | 'frameRate'>} choices
 * @param {MediaTrackConstraints} which camera: its deviceId or facingMode
 * @returns {MediaTrackConstraints}
 */
export function cameraConstraints({ height, frameRate }, which) {
  return { ...which, width: { ideal: Math.round((height * 16) / 9) }, height: { ideal: height }, frameRate: { ideal: frameRate } };
}

/**
 * What to ask a microphone for.
 *
 * @param {Pick<ChoiceValues, 'microphone' | 'music'>} choices
 * @returns {MediaTrackConstraints}
 */
export function microphoneConstraints({ microphone, music }) {
  const processed = { echoCancellation: !music, noiseSuppression: !music, autoGainControl: !music };
  // Some browsers have a favourite of their own and do not hear what is only ideal.
  const device = microphone.id === '' ? {} : { deviceId: { exact: microphone.id } };
  return { ...device, ...processed, ...(music ? { channelCount: { ideal: 2 } } : {}) };
}

/**
 * What the browser's encoder is told. What is undefined is the browser's own affair.
 *
 * @param {Pick<ChoiceValues, 'bitrate' | 'look'>} choices
 * @returns {{maxBitrate: number | undefined, degradationPreference: RTCDegradationPreference | undefined}}
 */
export function encodingOf({ bitrate, look }) {
  const preferences = /** @type {const} */ ({ '': undefined, sharp: 'maintain-resolution', smooth: 'maintain-framerate' });
  return { maxBitrate: bitrate || undefined, degradationPreference: preferences[look] };
}

/** The ceiling for the sound, in bit/s; undefined is the browser's own. @param {Pick<ChoiceValues, 'music'>} choices */
export function soundBitrateOf({ music }) {
  return music ? MUSIC_BITRATE : undefined;
}

/**
 * What kind of picture it is (W3C MST Content Hints). A screen is full of letters unless the person says otherwise.
 *
 * @param {ChoiceValues['look']} look
 * @param {'camera' | 'screen'} kind
 */
export function contentHintOf(look, kind) {
  const hints = { '': kind === 'screen' ? 'detail' : '', sharp: 'detail', smooth: 'motion' };
  return hints[look];
}

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
  return among(FRAME_RATES, max, chosen).map((value) => ({ value, label: `${value} a second` }));
}

/**
 * @param {number} chosen in bit/s, as all values here
 * @returns {Option[]}
 */
export function bitrates(chosen) {
  const offered = new Set([...BITRATES.map((mbits) => mbits * 1e6), chosen]);
  return [...offered].toSorted((a, b) => a - b).map((value) => ({ value, label: bitrateText(value) }));
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
  return [...offered].toSorted((a, b) => b - a);
}
