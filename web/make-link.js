// @ts-check
// Makes the links by which two pages meet, such that other devices reach them.

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
  return addresses.find((address) => /^https?:\/\/./.test(address) && !isLocal(address)) ?? own;
}
