// @ts-check
// The keys of the receive page. The buttons of its bar do the same things.

/**
 * @typedef {'fullscreen' | 'sound' | 'pip' | 'snapshot' | 'record' | 'rotate' | 'fit' | 'statistics' | 'help'} Action
 *
 * @typedef {{key: string, action: Action, words: string}} Shortcut
 */

/** @type {Shortcut[]} */
export const SHORTCUTS = [
  { key: 'f', action: 'fullscreen', words: 'Full screen' },
  { key: 'm', action: 'sound', words: 'Sound on or off' },
  { key: 'p', action: 'pip', words: 'Picture in picture' },
  { key: 's', action: 'snapshot', words: 'Save a picture' },
  { key: 'r', action: 'record', words: 'Record, or stop recording' },
  { key: 'o', action: 'rotate', words: 'Rotate' },
  { key: 'z', action: 'fit', words: 'Fill the screen, or show the whole picture' },
  { key: 'i', action: 'statistics', words: 'Statistics' },
  { key: '?', action: 'help', words: 'These keys' },
];

/** Keys that do not act on one thing alone. */
export const OTHER_KEYS = [
  { key: '1 – 9', words: 'Make this camera large' },
  { key: 'Esc', words: 'Back to all cameras' },
];

/**
 * What a key stands for: an action, the number of a camera to make large, or 0
 * for back to all of them. undefined for keys that mean nothing here, and for
 * those that the browser or the system has a use for.
 *
 * @param {Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'repeat'>} event
 * @returns {Action | number | undefined}
 */
export function meaning({ key, ctrlKey, metaKey, altKey, repeat }) {
  if (ctrlKey || metaKey || altKey || repeat) return undefined;
  if (/^[1-9]$/.test(key)) return Number(key);
  if (key === 'Escape') return 0;
  return SHORTCUTS.find((shortcut) => shortcut.key === key.toLowerCase())?.action;
}
