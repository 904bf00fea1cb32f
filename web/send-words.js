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
    todo: 'Allow the camera for this address (the symbol beside the address, or the browser’s site settings), then try again.',
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
    todo: 'Close the program or browser tab that uses it, then try again.',
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

/** @type {Trouble} */
const LOBBY_OFF = {
  what: 'This server has its lobby switched off.',
  todo: 'Scan the QR code that the receive page shows, or show viewers a link.',
  label: 'Start page',
  action: 'home',
};

/**
 * @typedef {object} SendFacts
 * @property {'opening' | 'ready' | import('./capture.js').CaptureProblem} media
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
export function sendView({ media, mailbox, lobby, link, inviting, refused, started, receivers, receiveAddress }) {
  const trouble = sendTrouble(media, mailbox, lobby || inviting || link === 'to', link);
  const note = refused ? REFUSED[refused] : '';
  /** @type {(tone: Tone, status: string, hint?: string) => View} */
  const view = (tone, status, hint = '') => ({ tone, status, hint, note, trouble });
  const live = receivers.filter((state) => state === 'live').length;
  if (live > 0) return view('live', live > 1 ? `Live · ${live} watching` : 'Live');
  if (trouble) return view('bad', started ? 'Not sending' : 'Not ready');
  if (media === 'opening') return view('busy', 'Opening the camera…', 'Your browser may ask whether this page may use it.');
  if (!started) return view('idle', 'Ready', 'Choose the camera and press Start.');
  if (mailbox === 'offline') return view('bad', NO_SERVER);
  if (receivers.includes('reconnecting')) return view('busy', 'Reconnecting…');
  if (receivers.includes('waiting')) {
    if (link === 'to') return view('busy', 'Waiting for the screen', 'The page that showed the QR code must be open.');
    return view('busy', 'Waiting for a receiver', `Open ${receiveAddress} on the screen that is to show this camera.${elsewhere(receiveAddress)}`);
  }
  if (receivers.length === 0) return view('busy', 'Waiting for viewers', 'Whoever opens the link sees this camera.');
  return view('busy', 'Connecting…');
}

/**
 * @param {SendFacts['media']} media
 * @param {SendFacts['mailbox']} mailbox
 * @param {boolean} reachable whether anybody can see this camera
 * @param {SendFacts['link']} link
 * @returns {Trouble | null}
 */
function sendTrouble(media, mailbox, reachable, link) {
  if (link === 'wrong') return LINK_WRONG;
  if (!reachable || mailbox === 'refused') return LOBBY_OFF;
  if (mailbox === 'displaced' || mailbox === 'taken') {
    return {
      what: 'This page is open in another tab too, and that one is in use.',
      todo: 'Go on there, or use this tab instead.',
      label: 'Use this tab',
      action: 'resume',
    };
  }
  return media === 'opening' || media === 'ready' ? null : CAMERA_TROUBLE[media];
}
