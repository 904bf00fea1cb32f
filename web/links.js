// @ts-check
// Links by which two pages meet. What stands behind # stays in the browsers.
import { parseKey } from './seal.js';

/**
 * What a page's address asks for: nothing special, an inbox to dial ('to') or to
 * watch ('from') under a key, or something that is no whole link.
 *
 * @typedef {{kind: 'none'} | {kind: 'wrong'} | {kind: 'to' | 'from', id: string, key: string}} Link
 */

/**
 * @param {string} hash the address from its # on
 * @param {'to' | 'from'} kind which links lead to this page
 * @returns {Link}
 */
export function parseLink(hash, kind) {
  if (hash.length < 2) return { kind: 'none' };
  const values = new URLSearchParams(hash.slice(1));
  const id = values.get(kind) ?? '';
  const key = values.get('key') ?? '';
  return /^[\w.-]{1,256}$/.test(id) && parseKey(key) ? { kind, id, key } : { kind: 'wrong' };
}

/**
 * @param {string} page such as "send.html"
 * @param {string} base the server's folder
 * @param {'to' | 'from'} kind
 * @param {{id: string, key: string}} meeting
 */
export function makeLink(page, base, kind, { id, key }) {
  return new URL(`${page}#${kind}=${id}&key=${key}`, base).href;
}

/**
 * Whether only the device itself can open an address.
 *
 * @param {string} address
 */
export function isLocal(address) {
  return /^(localhost|127\.[\d.]+|\[::1\])$/.test(new URL(address).hostname);
}

/**
 * The folder that a link for another device begins with: where this page was
 * opened, unless only this device can open that and the server knows better.
 *
 * @param {string} own
 * @param {string[]} addresses of the server, the best first
 */
export function reachableBase(own, addresses) {
  if (!isLocal(own)) return own;
  return addresses.find((address) => URL.canParse(address) && !isLocal(address)) ?? own;
}
