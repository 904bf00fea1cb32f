// @ts-check
// What the receive page says in each state that a person can meet. Pure functions
// from what is known to what is shown, so that no state goes without words.
import { LINK_WRONG, NO_SERVER, REFUSED, elsewhere } from './shared-words.js';

/**
 * @typedef {import('./shared-words.js').Tone} Tone
 * @typedef {import('./shared-words.js').Trouble} Trouble
 * @typedef {import('./shared-words.js').View} View
 */

/**
 * @typedef {object} ReceiveFacts
 * @property {boolean} supported whether this browser has WebRTC
 * @property {boolean} secure whether this is a secure page: only those can open what is sealed
 * @property {import('./links.js').Link['kind']} link that this page was opened with
 * @property {import('./signaling.js').MailboxState} mailbox of the link, be it this page's or the camera's
 * @property {import('./signaling.js').MailboxState} lobby the lobby's mailbox, where this page holds it
 * @property {import('./picture.js').ShownState | 'none'} camera that is on the screen; of several 'live' if any is
 * @property {{all: number, live: number}} cameras that are on the screen
 * @property {string} [unfit] the codecs of a camera that has none of this browser's
 * @property {import('./channel.js').Refusal} [refused] why the last message that was refused was
 * @property {string} sendAddress where to open the send page
 */

/**
 * @param {ReceiveFacts} facts
 * @returns {View}
 */
export function receiveView({ supported, secure, link, mailbox, lobby, camera, cameras, unfit, refused, sendAddress }) {
  const trouble = receiveTrouble(supported, secure, link, [mailbox, lobby]) ?? (camera === 'unfit' ? unfitTrouble(unfit) : null);
  const hint = link === 'none' ? lobbyWay(lobby, sendAddress) : 'The picture comes by itself when the camera’s page is open and started.';
  const note = refused ? REFUSED[refused] : '';
  /** @type {(tone: Tone, status: string) => View} */
  const view = (tone, status) => ({ tone, status, hint, note, trouble });
  if (camera === 'live') return view('live', cameras.all > 1 ? grid(cameras) : 'Live');
  if (trouble) return view('bad', 'Not receiving');
  if (mailbox === 'offline') return view('bad', NO_SERVER);
  if (camera === 'reconnecting') return view('busy', 'Reconnecting…');
  if (camera === 'paused') return view('busy', 'Paused');
  if (camera === 'away') return view('busy', 'The camera is away');
  if (camera === 'connecting') return view('busy', 'Connecting…');
  if (camera === 'ended') return view('idle', link === 'from' ? 'The camera has stopped. Waiting for it.' : 'The camera has stopped. Waiting for one.');
  const opening = mailbox === 'connecting' || (link === 'none' && lobby === 'connecting');
  return opening ? view('busy', 'Connecting to the server…') : view('idle', link === 'from' ? 'Waiting for the camera' : 'Waiting for a camera');
}

/** @param {string | undefined} codecs @returns {Trouble} */
function unfitTrouble(codecs) {
  return {
    what: `This browser cannot show this camera, which sends ${codecs || 'a format that it does not have'}.`,
    todo: 'Open the link in another browser: current Chrome, Edge and Safari show H264. Firefox needs its OpenH264 plugin for that.',
    label: 'Try again',
    action: 'again',
  };
}

/** @param {ReceiveFacts['cameras']} cameras */
function grid({ all, live }) {
  return live === all ? `Live · ${all} cameras` : `Live · ${live} of ${all} cameras`;
}

/**
 * What stands over a picture that is not live; '' over one that is.
 *
 * @param {import('./picture.js').ShownState} state
 */
export function veil(state) {
  if (state === 'reconnecting') return 'Reconnecting…';
  if (state === 'paused') return 'Paused';
  if (state === 'away') return 'The phone’s camera is away (locked, or another app). The picture comes back with it.';
  return '';
}

/**
 * What cameras are called: by their own names, those of the same name with their
 * numbers as well, and those without one by their numbers.
 *
 * @param {{name: string, number: number}[]} cameras each with the number that this page gives it
 */
export function cameraNames(cameras) {
  return cameras.map(({ name, number }) => {
    if (name === '') return `Camera ${number}`;
    const alike = cameras.filter((other) => other.name === name).length;
    return alike > 1 ? `${name} (${number})` : name;
  });
}

/**
 * How to meet without scanning, in small print.
 *
 * @param {ReceiveFacts['lobby']} lobby
 * @param {string} sendAddress
 */
function lobbyWay(lobby, sendAddress) {
  if (lobby === 'refused') return 'This server has its lobby switched off: only the link leads here.';
  if (lobby === 'taken') return 'Another browser is the receiver of this server’s lobby right now. The link leads here all the same.';
  return `Or open ${sendAddress} there and press Start: no key protects that way.${elsewhere(sendAddress)}`;
}

/**
 * @param {boolean} supported
 * @param {boolean} secure
 * @param {ReceiveFacts['link']} link
 * @param {import('./signaling.js').MailboxState[]} mailboxes
 * @returns {Trouble | null}
 */
function receiveTrouble(supported, secure, link, mailboxes) {
  if (!supported) {
    return {
      what: 'This browser has no WebRTC, so it cannot show a camera.',
      todo: 'Open this page in a current Firefox, Chrome, Edge or Safari.',
      label: 'Start page',
      action: 'home',
    };
  }
  if (link === 'wrong') return LINK_WRONG;
  if (link === 'from' && !secure) {
    return {
      what: 'Browsers open what is sealed only on secure pages, and this one is not.',
      todo: 'Open the link with https:// at its beginning. The server must run with HTTPS, as it does unless told otherwise.',
      label: 'Start page',
      action: 'home',
    };
  }
  if (mailboxes.includes('displaced')) {
    return {
      what: 'A newer tab shows the camera now.',
      todo: 'Go on there, or bring the picture back to this tab.',
      label: 'Show it here',
      action: 'resume',
    };
  }
  return null;
}
