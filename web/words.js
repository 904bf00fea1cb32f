// @ts-check
// What the pages say in each state that a person can meet. Pure functions from
// what is known to what is shown, so that no state goes without words.

/**
 * A card over the picture: what happened, what to do, and one button.
 *
 * @typedef {{what: string, todo: string, label: string, action: Action}} Trouble
 * @typedef {'camera' | 'server' | 'resume' | 'home'} Action
 *
 * What a page shows. tone colours the dot beside the status.
 *
 * @typedef {'idle' | 'busy' | 'live' | 'bad'} Tone
 * @typedef {{tone: Tone, status: string, hint: string, trouble: Trouble | null}} View
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
  todo: 'Ask whoever runs the server to start it with the lobby on.',
  label: 'Start page',
  action: 'home',
};

const NO_SERVER = 'No connection to the server, trying again…';

/**
 * What to add to an address that only this device can reach.
 *
 * @param {string} address
 */
function elsewhere(address) {
  const own = /^https?:\/\/(localhost|127\.[\d.]+|\[::1\])[:/]/.test(address);
  return own ? ' From another device, use the address that the server printed when it started.' : '';
}

/**
 * @typedef {object} SendFacts
 * @property {'opening' | 'ready' | import('./capture.js').CaptureProblem} media
 * @property {import('./signaling.js').MailboxState} mailbox
 * @property {boolean} lobby whether this server has the lobby
 * @property {boolean} started
 * @property {import('./receiver.js').ReceiverState[]} receivers
 * @property {string} quality of the picture, such as "720p30"; may be empty
 * @property {string} receiveAddress where to open the receive page
 */

/**
 * @param {SendFacts} facts
 * @returns {View}
 */
export function sendView({ media, mailbox, lobby, started, receivers, quality, receiveAddress }) {
  const trouble = sendTrouble(media, mailbox, lobby);
  /** @type {(tone: Tone, status: string, hint?: string) => View} */
  const view = (tone, status, hint = '') => ({ tone, status, hint, trouble });
  const live = receivers.filter((state) => state === 'live').length;
  if (live > 0) {
    return view('live', ['Live', live > 1 ? `${live} watching` : '', quality].filter(Boolean).join(' · '));
  }
  if (trouble) return view('bad', started ? 'Not sending' : 'Not ready');
  if (media === 'opening') return view('busy', 'Opening the camera…', 'Your browser may ask whether this page may use it.');
  if (!started) return view('idle', 'Ready', 'Choose the camera and press Start.');
  if (mailbox === 'offline') return view('bad', NO_SERVER);
  if (receivers.includes('reconnecting')) return view('busy', 'Reconnecting…');
  if (receivers.includes('waiting')) {
    return view('busy', 'Waiting for a receiver', `Open ${receiveAddress} on the screen that is to show this camera.${elsewhere(receiveAddress)}`);
  }
  return view('busy', 'Connecting…');
}

/**
 * @param {SendFacts['media']} media
 * @param {SendFacts['mailbox']} mailbox
 * @param {boolean} lobby
 * @returns {Trouble | null}
 */
function sendTrouble(media, mailbox, lobby) {
  if (!lobby || mailbox === 'refused') return LOBBY_OFF;
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

/**
 * @typedef {object} ReceiveFacts
 * @property {boolean} supported whether this browser has WebRTC
 * @property {import('./signaling.js').MailboxState} mailbox
 * @property {boolean} lobby
 * @property {import('./viewer.js').CameraState | 'none'} camera
 * @property {string} sendAddress where to open the send page
 */

/**
 * @param {ReceiveFacts} facts
 * @returns {View}
 */
export function receiveView({ supported, mailbox, lobby, camera, sendAddress }) {
  const trouble = receiveTrouble(supported, mailbox, lobby);
  const hint = `Open ${sendAddress} on the device that has the camera, and press Start there.${elsewhere(sendAddress)}`;
  /** @type {(tone: Tone, status: string) => View} */
  const view = (tone, status) => ({ tone, status, hint, trouble });
  if (camera === 'live') return view('live', 'Live');
  if (trouble) return view('bad', 'Not receiving');
  if (mailbox === 'offline') return view('bad', NO_SERVER);
  if (camera === 'reconnecting') return view('busy', 'Reconnecting…');
  if (camera === 'connecting') return view('busy', 'Connecting…');
  if (camera === 'ended') return view('idle', 'The camera has stopped. Waiting for one.');
  return mailbox === 'connecting' ? view('busy', 'Connecting to the server…') : view('idle', 'Waiting for a camera');
}

/**
 * @param {boolean} supported
 * @param {ReceiveFacts['mailbox']} mailbox
 * @param {boolean} lobby
 * @returns {Trouble | null}
 */
function receiveTrouble(supported, mailbox, lobby) {
  if (!supported) {
    return {
      what: 'This browser has no WebRTC, so it cannot show a camera.',
      todo: 'Open this page in a current Firefox, Chrome, Edge or Safari.',
      label: 'Start page',
      action: 'home',
    };
  }
  if (!lobby || mailbox === 'refused') return LOBBY_OFF;
  if (mailbox === 'displaced') {
    return {
      what: 'A newer tab shows the camera now.',
      todo: 'Go on there, or bring the picture back to this tab.',
      label: 'Show it here',
      action: 'resume',
    };
  }
  if (mailbox === 'taken') {
    return {
      what: 'Another browser is the receiver on this server right now.',
      todo: 'Close its page. This one takes over by itself, within a minute at most.',
      label: 'Try now',
      action: 'server',
    };
  }
  return null;
}
