// @ts-check
// What of a camera is on the screen, seen by the one who looks at it.

/** @typedef {import('./viewer.js').ViewedCamera} ViewedCamera */

/**
 * How a camera is shown: 'paused' and 'away' are its own words for why it sends no
 * picture; 'reconnecting' has a last frame that must not pass for a live one.
 *
 * @typedef {import('./viewer.js').CameraState | 'paused' | 'away'} ShownState
 */

/** A quarter of a full turn, clockwise. @typedef {0 | 1 | 2 | 3} Turn */

/**
 * @param {ViewedCamera} camera
 * @returns {ShownState}
 */
export function shownState({ state, video, stalled }) {
  if (state !== 'live') return state;
  if (video === 'paused' || video === 'away') return video;
  return stalled ? 'reconnecting' : 'live';
}

/** Whether there is anything of a camera to look at. @param {ShownState} state */
export function isVisible(state) {
  return state === 'live' || state === 'reconnecting' || state === 'paused' || state === 'away';
}

/**
 * The width by height of a picture that is turned; of one that has not come yet
 * what most cameras have.
 *
 * @param {number} width
 * @param {number} height
 * @param {Turn} turn
 */
export function turnedRatio(width, height, turn) {
  const ratio = width > 0 && height > 0 ? width / height : 16 / 9;
  return turn % 2 === 0 ? ratio : 1 / ratio;
}

/** @param {Turn} turn @returns {Turn} */
export function nextTurn(turn) {
  return /** @type {Turn} */ ((turn + 1) % 4);
}
