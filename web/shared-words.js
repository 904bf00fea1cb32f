// @ts-check
// What both pages say, and the shape of what they show.

/**
 * A card over the picture: what happened, what to do, and one button.
 *
 * @typedef {{what: string, todo: string, label: string, action: Action}} Trouble
 * @typedef {'camera' | 'next' | 'server' | 'resume' | 'again' | 'home'} Action
 *
 * What a page shows. note is what else there is to know; tone colours the dot beside the status.
 *
 * @typedef {'idle' | 'busy' | 'live' | 'bad'} Tone
 * @typedef {{tone: Tone, status: string, hint: string, note: string, trouble: Trouble | null}} View
 */

/** @type {Trouble} */
export const LINK_WRONG = {
  what: 'This link is not whole: its address or its key is missing.',
  todo: 'Scan the QR code again, or copy the whole link.',
  label: 'Start page',
  action: 'home',
};

/** @type {Record<import('./channel.js').Refusal, string>} */
export const REFUSED = {
  plain: 'A message that was not sealed was refused. Whoever runs this server, or somebody without the key, sent it.',
  broken: 'A message was refused: it was changed on its way, or sealed with another link’s key.',
  replayed: 'An old message was delivered again and was refused.',
  stranger: 'A message from somebody whom this link does not name was refused.',
};

export const NO_SERVER = 'No connection to the server, trying again…';

/**
 * What to add to an address that only this device can reach.
 *
 * @param {string} address
 */
export function elsewhere(address) {
  const own = /^https?:\/\/(localhost|127\.[\d.]+|\[::1\])[:/]/.test(address);
  return own ? ' From another device, use the address that the server printed when it started.' : '';
}
