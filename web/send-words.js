// @ts-check
// What the send page says in each state that a person can meet. Pure functions
// from what is known to what is shown, so that no state goes without words.
import { LINK_WRONG, NO_SERVER, REFUSED, elsewhere } from './shared-words.js';

/**
 * @typedef {import('./shared-words.js').Tone} Tone
 * @typedef {import('./shared-words.js').Trouble} Trouble
 * @typedef {import('./shared-words.js').View} View
 */

/** @type {Record<import('./capture.js').CaptureProblem, Trouble>} */
const CAMERA_TROUBLE = {
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
  ...CAMERA_TROUBLE.denied,
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

/** @type {Trouble} */
const LOBBY_OFF = {
  what: 'This server has its lobby switched off.',
  todo: 'Scan the QR code that the receive page shows, or show viewers a link.',
  label: 'Start page',
  action: 'home',
};

const AWAY = 'This device keeps the camera back: it was locked, there is a call, or another app is in front. The picture goes on by itself.';

/**
 * @typedef {object} SendFacts
 * @property {'opening' | 'ready' | import('./capture.js').CaptureProblem} media
 * @property {'live' | 'paused' | 'away'} video what viewers are to know of the picture
 * @property {'camera' | 'screen'} kind of the picture
 * @property {boolean} others whether there are more cameras than one that is lost
 * @property {boolean} installed whether the page runs without an address bar
 * @property {import('./signaling.js').MailboxState} mailbox
 * @property {boolean} lobby whether this server has the lobby
 * @property {import('./links.js').Link['kind']} link that this page was opened with
 * @property {boolean} inviting whether viewers have a link to this page
 * @property {import('./channel.js').Refusal} [refused] why the last message that was refused was
 * @property {boolean} started
 * @property {import('./receiver.js').ReceiverState[]} receivers
 * @property {string} receiveAddress where to open the receive page
 */

/**
 * @param {SendFacts} facts
 * @returns {View}
 */
export function sendView(facts) {
  const { media, video, kind, mailbox, link, refused, started, receivers, receiveAddress } = facts;
  const trouble = sendTrouble(facts);
  const note = refused ? REFUSED[refused] : '';
  /** @type {(tone: Tone, status: string, hint?: string) => View} */
  const view = (tone, status, hint = '') => ({ tone, status, hint, note, trouble });
  const live = receivers.filter((state) => state === 'live').length;
  if (live > 0 && (media === 'ready' || media === 'opening')) {
    if (video === 'paused') return view('idle', 'Paused', 'Nobody sees or hears anything until you go on.');
    if (video === 'away') return view('bad', 'Interrupted', AWAY);
    return view('live', ['Live', live > 1 ? `${live} watching` : '', kind === 'screen' ? 'your screen' : ''].filter(Boolean).join(' · '));
  }
  if (trouble) return view('bad', started ? 'Not sending' : 'Not ready');
  if (media === 'opening') return view('busy', 'Opening the camera…', 'Your browser may ask whether this page may use it.');
  if (video === 'away') return view('bad', 'Interrupted', AWAY);
  if (mailbox === 'offline') return view('bad', NO_SERVER, 'If it does not come back, look whether the server runs and this device is in its network.');
  if (!started) return view('idle', 'Ready', 'Choose the camera and press Start.');
  if (receivers.includes('reconnecting')) return view('busy', 'Reconnecting…');
  if (receivers.includes('waiting')) {
    if (link === 'to') return view('busy', 'Waiting for the screen', 'The page that showed the QR code must be open.');
    return view('busy', 'Waiting for a receiver', `Open ${receiveAddress} on the screen that is to show this camera.${elsewhere(receiveAddress)}`);
  }
  if (receivers.length === 0) return view('busy', 'Waiting for viewers', 'Whoever opens the link sees this camera.');
  return view('busy', 'Connecting…');
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

/**
 * @param {SendFacts} facts
 * @returns {Trouble | null}
 */
function sendTrouble({ media, others, installed, mailbox, lobby, inviting, link }) {
  if (link === 'wrong') return LINK_WRONG;
  if (!(lobby || inviting || link === 'to') || mailbox === 'refused') return LOBBY_OFF;
  if (mailbox === 'displaced' || mailbox === 'taken') {
    return {
      what: 'This page is open in another tab too, and that one is in use.',
      todo: 'Go on there, or use this tab instead.',
      label: 'Use this tab',
      action: 'resume',
    };
  }
  if (media === 'opening' || media === 'ready') return null;
  if (media === 'gone' && others) return GONE_WITH_ANOTHER;
  return media === 'denied' && installed ? DENIED_INSTALLED : CAMERA_TROUBLE[media];
}
