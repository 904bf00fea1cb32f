// @ts-check
// Four words that both ends of a connection derive from its DTLS fingerprints.
// If they differ, somebody stands in between (docs/protocol.md, "Four words").
import { WORDS } from './word-list.js';

/** Makes trying many certificates, until one gives the wanted words, take too long for one who must do it during a call. */
const ITERATIONS = 100_000;

/**
 * @param {string} local this end's session description
 * @param {string} remote the other end's
 * @returns {Promise<string>} '' where one of them has no fingerprint
 */
export async function codeWords(local, remote) {
  const ends = [fingerprints(local), fingerprints(remote)].sort();
  if (ends[0] === '') return '';
  const encoder = new TextEncoder();
  const secret = await crypto.subtle.importKey('raw', encoder.encode(ends.join('\n')), 'PBKDF2', false, ['deriveBits']);
  const pbkdf2 = { name: 'PBKDF2', hash: 'SHA-256', salt: encoder.encode('inbox four words v1'), iterations: ITERATIONS };
  const bits = await crypto.subtle.deriveBits(pbkdf2, secret, 32);
  return [...new Uint8Array(bits)].map((byte) => WORDS[byte]).join(' ');
}

/**
 * The fingerprints of a description (RFC 8122, section 5) in one spelling. All of
 * them count: a browser may take a certificate that fits any.
 *
 * @param {string} sdp
 */
function fingerprints(sdp) {
  const found = [...sdp.matchAll(/^a=fingerprint:(\S+) (\S+)/gim)].map(([, hash, value]) => `${hash.toLowerCase()} ${value.toUpperCase()}`);
  return [...new Set(found)].sort().join(',');
}
