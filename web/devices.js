// @ts-check
// Which of the devices there are is meant.

/** @typedef {import('./choices.js').Device} Device */
/** @typedef {Pick<MediaDeviceInfo, 'deviceId' | 'label'>} Listed */

/**
 * The listed device that was remembered: by its id, or by its label where the
 * browser has given out new ids since.
 *
 * @template {Listed} T
 * @param {readonly T[]} listed
 * @param {Device} remembered
 * @returns {T | undefined}
 */
export function find(listed, { id, label }) {
  const same = listed.find(({ deviceId }) => id !== '' && deviceId === id);
  return same ?? listed.find((device) => label !== '' && device.label === label);
}

/**
 * The device after the current one, in a circle.
 *
 * @template {Listed} T
 * @param {readonly T[]} listed
 * @param {string} current its id
 * @returns {T | undefined}
 */
export function next(listed, current) {
  const at = listed.findIndex(({ deviceId }) => deviceId === current);
  return listed[(at + 1) % listed.length];
}

/**
 * What to remember of an open device.
 *
 * @param {MediaStreamTrack} track
 * @returns {Device}
 */
export function deviceOf(track) {
  return { id: track.getSettings().deviceId ?? '', label: track.label };
}

/**
 * Where a camera looks to, '' where it does not tell: those on a desk do not.
 *
 * @param {MediaStreamTrack} track
 * @returns {'user' | 'environment' | ''}
 */
export function facingOf(track) {
  const { facingMode } = track.getSettings();
  return facingMode === 'user' || facingMode === 'environment' ? facingMode : '';
}

/**
 * Whether the own preview is shown as in a mirror, which is how people know their face.
 *
 * @param {import('./choices.js').ChoiceValues['mirror']} mirror
 * @param {MediaStreamTrack | undefined} track of a camera
 */
export function mirrored(mirror, track) {
  if (mirror !== '' || !track) return mirror === 'on';
  return facingOf(track) === 'user';
}

/**
 * The name of a camera whose owner gave it none.
 *
 * @param {string} label such as "HD Webcam (046d:082d)"
 */
export function nameOf(label) {
  return label.replace(/\s*\([0-9a-f]{4}:[0-9a-f]{4}\)\s*$/i, '').trim().slice(0, 64) || 'Camera';
}
