// @ts-check
// Reads the links by which two pages meet. What stands behind # stays in the browsers.
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
