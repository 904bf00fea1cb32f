// @ts-check
// What the send page says in each state that a person can meet. Pure functions
// from what is known to what is shown, so that no state goes without words.
import { LINK_WRONG, NO_SERVER, REFUSED, elsewhere } from './shared-words.js';

/**
 * @typedef {import('./shared-words.js').Tone} Tone
 * @typedef {import('./shared-words.js').Trouble} Trouble
 * @typedef {import('./shared-words.js').View} View
 */

export const NOT_LOADED = 'This could not be loaded from the server. Try again when the server is back.';

const NO_CAMERA = 'There is no picture from the camera. Press Start to try again.';

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
 * @property {Trouble | null} card what to say of the camera's trouble, null until that is loaded
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
  if (trouble || (media !== 'opening' && media !== 'ready')) {
    return view('bad', started ? 'Not sending' : 'Not ready', trouble || mailbox !== 'offline' ? '' : NO_CAMERA);
  }
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
 * @param {SendFacts} facts
 * @returns {Trouble | null}
 */
function sendTrouble({ media, card, mailbox, lobby, inviting, link }) {
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
  return media === 'opening' || media === 'ready' ? null : card;
}
