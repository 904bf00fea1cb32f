// @ts-check
// What to say when a camera, a microphone or the screen cannot be had; loaded when that happens.

/** @typedef {import('./shared-words.js').Trouble} Trouble */

/** @type {Record<import('./capture.js').CaptureProblem, Trouble>} */
const CARDS = {
  denied: {
    what: 'This page may not use the camera.',
    todo: 'Allow the camera for this address: press the symbol beside the address, or look in the browser’s site settings. The page then goes on by itself.',
    label: 'Try again',
    action: 'camera',
  },
  dismissed: {
    what: 'The browser’s question about the camera was closed without an answer.',
    todo: 'Let the browser ask again, and press Allow.',
    label: 'Ask again',
    action: 'camera',
  },
  system: {
    what: 'This device does not let the browser use the camera.',
    todo: 'Allow the camera for the browser in the device’s privacy settings, then try again.',
    label: 'Try again',
    action: 'camera',
  },
  none: {
    what: 'This device has no camera that the browser can find.',
    todo: 'Connect one, or open this page on the device that has the camera.',
    label: 'Look again',
    action: 'camera',
  },
  busy: {
    what: 'The camera is in use by another program.',
    todo: 'Close the program or browser tab that uses it, then try again, or choose another camera.',
    label: 'Try again',
    action: 'camera',
  },
  insecure: {
    what: 'Browsers give the camera only to secure pages, and this one is not.',
    todo: 'Open it with an address that begins with https://, as the server printed it when it started.',
    label: 'Start page',
    action: 'home',
  },
  unsupported: {
    what: 'This browser has no WebRTC, so it cannot send a picture.',
    todo: 'Open this page in a current Firefox, Chrome, Edge or Safari.',
    label: 'Try again',
    action: 'camera',
  },
  gone: {
    what: 'The camera was disconnected.',
    todo: 'Connect it again; the picture then goes on by itself.',
    label: 'Try again',
    action: 'camera',
  },
  unknown: {
    what: 'The camera could not be opened.',
    todo: 'Try again, or choose another camera.',
    label: 'Try again',
    action: 'camera',
  },
};

/** The camera was disconnected, and there is another. @type {Trouble} */
const GONE_WITH_ANOTHER = {
  what: 'The camera was disconnected.',
  todo: 'Connect it again and the picture goes on by itself, or use another camera until then.',
  label: 'Use another camera',
  action: 'next',
};

/** An installed page has no address bar. @type {Trouble} */
const DENIED_INSTALLED = {
  ...CARDS.denied,
  todo: 'Allow the camera for this app in the device’s or the browser’s settings. The page then goes on by itself.',
};

/** @type {Partial<Record<import('./capture.js').CaptureProblem, string>>} */
const SOUND_NOTES = {
  denied: 'This page may not use the microphone. Allow it where the camera is allowed, then switch it on again.',
  dismissed: 'The browser’s question about the microphone was closed. Switch it on again and press Allow.',
  system: 'This device does not let the browser use the microphone. Allow it in the device’s privacy settings.',
  none: 'This device has no microphone that the browser can find. Connect one, then switch it on.',
  busy: 'The microphone is in use by another program. Close that, then switch it on again.',
  gone: 'The microphone was disconnected. Connect it and switch it on again.',
};

/**
 * The card for a camera that cannot be had.
 *
 * @param {import('./capture.js').CaptureProblem} problem
 * @param {boolean} others whether there are more cameras than the one that is lost
 * @param {boolean} installed whether the page runs without an address bar
 */
export function cameraCard(problem, others, installed) {
  if (problem === 'gone' && others) return GONE_WITH_ANOTHER;
  return problem === 'denied' && installed ? DENIED_INSTALLED : CARDS[problem];
}

/**
 * Why there is no sound or no screen, '' when nothing is wrong.
 *
 * @param {import('./capture.js').CaptureProblem | undefined} microphone
 * @param {import('./capture.js').CaptureProblem | undefined} screen
 */
export function soundNote(microphone, screen) {
  if (screen) return 'The screen could not be shared. Try again, or share a single window.';
  return microphone ? (SOUND_NOTES[microphone] ?? 'The microphone could not be opened. Try again, or choose another one under Quality.') : '';
}
