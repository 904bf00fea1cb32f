// @ts-check
// From what the person chose to what the browser is asked for.

/** @typedef {import('./choices.js').ChoiceValues} ChoiceValues */

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
