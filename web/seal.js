// @ts-check
// Messages sealed under the key of a link, so that the server can neither read
// nor change them. The format is in docs/protocol.md, "Sealed messages"; the
// native peer has the same, and both are tested with docs/vectors/seal.json.

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** What the key of a link is used for here (HKDF's info, RFC 5869). */
const PURPOSE = 'inbox sealed message v1';

const encoder = new TextEncoder();

/** A message that is not from who has the link's key, or not meant for this end. */
export class SealError extends Error {}

/** A new key, 256 random bits, as a link carries it (base64url without padding). */
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(KEY_BYTES));
  return toBase64(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/**
 * The bytes of a link's key, or null for anything that is none.
 *
 * @param {string} text
 */
export function parseKey(text) {
  if (!/^[A-Za-z0-9_-]{43}$/.test(text)) return null;
  return fromBase64(`${text.replaceAll('-', '+').replaceAll('_', '/')}=`);
}

/** Seals and opens messages under one link's key. */
export class Seal {
  /** @type {Promise<CryptoKey>} */
  #key;

  /**
   * @param {string} key as {@link newKey} made it
   * @throws {SealError} for anything else
   */
  constructor(key) {
    const bytes = parseKey(key);
    if (!bytes) throw new SealError('this is not the key of a link');
    this.#key = derive(bytes);
    this.#key.catch(() => {}); // seen by whoever seals or opens
  }

  /**
   * @param {string} message
   * @param {string} from the sender's inbox
   * @param {string} to the receiver's inbox
   * @returns {Promise<string>} the box: nonce, ciphertext and tag in base64
   */
  async seal(message, from, to) {
    const iv = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
    const algorithm = { name: 'AES-GCM', iv, additionalData: ends(from, to) };
    const sealed = new Uint8Array(await crypto.subtle.encrypt(algorithm, await this.#key, encoder.encode(message)));
    const box = new Uint8Array(NONCE_BYTES + sealed.length);
    box.set(iv);
    box.set(sealed, NONCE_BYTES);
    return toBase64(box);
  }

  /**
   * @param {string} box
   * @param {string} from the inbox that the server says it is from
   * @param {string} to the inbox that it came to
   * @returns {Promise<{message: string, nonce: string}>} nonce is the same only for the same box; rejects with a {@link SealError}
   */
  async open(box, from, to) {
    try {
      const bytes = fromBase64(box);
      if (bytes.length < NONCE_BYTES + TAG_BYTES) throw new SealError('too short');
      const iv = bytes.subarray(0, NONCE_BYTES);
      const algorithm = { name: 'AES-GCM', iv, additionalData: ends(from, to) };
      const opened = await crypto.subtle.decrypt(algorithm, await this.#key, bytes.subarray(NONCE_BYTES));
      return { message: new TextDecoder('utf-8', { fatal: true }).decode(opened), nonce: toBase64(iv) };
    } catch (error) {
      throw new SealError('the message was not sealed with this key, by this sender, for this receiver', { cause: error });
    }
  }
}

/** @param {Uint8Array<ArrayBuffer>} key */
async function derive(key) {
  const secret = await crypto.subtle.importKey('raw', key, 'HKDF', false, ['deriveKey']);
  const hkdf = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(0), info: encoder.encode(PURPOSE) };
  return crypto.subtle.deriveKey(hkdf, secret, { name: 'AES-GCM', length: 8 * KEY_BYTES }, false, ['encrypt', 'decrypt']);
}

/**
 * The associated data: who sends to whom. Identifiers have no colon, so that
 * two pairs never look alike.
 *
 * @param {string} from
 * @param {string} to
 */
function ends(from, to) {
  if (from.includes(':') || to.includes(':')) throw new SealError('an identifier with a colon');
  return encoder.encode(`${from}:${to}`);
}

/** @param {Uint8Array} bytes */
function toBase64(bytes) {
  let characters = '';
  for (const byte of bytes) characters += String.fromCharCode(byte);
  return btoa(characters);
}

/** @param {string} text */
function fromBase64(text) {
  return Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
}
