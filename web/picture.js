// @ts-check
// What of a camera is on the screen, seen by the one who looks at it.

/**
 * A camera of the viewer, with what it says of itself where it does: its name,
 * whether it sends its picture, and whether new frames have stopped to come.
 *
 * @typedef {import('./viewer.js').ViewedCamera & {name?: string, video?: string, stalled?: boolean}} ViewedCamera
 *
 * How a picture stands: 'paused' and 'away' are the camera's own words for why it
 * sends none; 'reconnecting' has a last frame that must not pass for a live one.
 *
 * @typedef {import('./viewer.js').CameraState | 'paused' | 'away'} PictureState
 */

/** A quarter of a full turn, clockwise. @typedef {0 | 1 | 2 | 3} Turn */

/**
 * @param {ViewedCamera} camera
 * @returns {PictureState}
 */
export function pictureState({ state, video, stalled }) {
  if (state !== 'live') return state;
  if (video === 'paused' || video === 'away') return video;
  return stalled ? 'reconnecting' : 'live';
}

/** Whether there is anything of a camera to look at. @param {PictureState} state */
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
