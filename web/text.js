// @ts-check
// Text and its bytes in UTF-8, in the forms that HTTP needs.

/** The base64 form of a text. @param {string} text */
export function base64(text) {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}

/** The text that a base64 form stands for. @param {string} encoded */
export function unbase64(encoded) {
  return utf8(atob(encoded));
}

/**
 * The text whose bytes are given as characters, as fetch gives a header's value.
 *
 * @param {string} bytes
 */
export function utf8(bytes) {
  return new TextDecoder().decode(Uint8Array.from(bytes, (c) => c.charCodeAt(0)));
}
