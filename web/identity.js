// @ts-check
// Who this page is to the mailbox. What must survive a reload is kept in a
// Storage; where the browser allows none, it lives as long as the page.
import { newKey } from './seal.js';

/**
 * @typedef {{id: string, password: string}} Identity
 * @typedef {Pick<Storage, 'getItem' | 'setItem'>} Store
 */

/** The inbox that a plain receive page holds and a plain send page dials. */
export const LOBBY = 'receiver';

/** 128 random bits as text that may stand in an identifier or a link. */
export function randomId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/**
 * The identity of a page that follows a link or has the camera: random, and its own for each tab.
 *
 * @param {Store} store
 * @returns {Identity}
 */
export function tabIdentity(store) {
  return { id: remembered(store, 'camera-id', randomId), password: remembered(store, 'camera-password', randomId) };
}

/**
 * The identity of a page that holds the lobby: a well-known identifier with a
 * password of this browser's own.
 *
 * @param {Store} store
 * @returns {Identity}
 */
export function lobbyIdentity(store) {
  return { id: LOBBY, password: remembered(store, 'lobby-password', randomId) };
}

/**
 * Where others meet this tab by link: an identity and the link's key. A reload
 * keeps them, so that a link that was shown stays good.
 *
 * @param {Store} store
 * @returns {Identity & {key: string}}
 */
export function linkIdentity(store) {
  return {
    id: remembered(store, 'link-id', randomId),
    password: remembered(store, 'link-password', randomId),
    key: remembered(store, 'link-key', newKey),
  };
}

/**
 * @param {Store} store
 * @param {string} key
 * @param {() => string} make
 */
function remembered(store, key, make) {
  let value = store.getItem(key);
  if (!value) {
    value = make();
    store.setItem(key, value);
  }
  return value;
}

/**
 * A store of this window ('sessionStorage' for one tab, 'localStorage' for the
 * browser), or one in memory where the browser refuses it.
 *
 * @param {'sessionStorage' | 'localStorage'} name
 * @returns {Store}
 */
export function storage(name) {
  try {
    const store = globalThis[name];
    store.setItem('inbox-probe', '1');
    store.removeItem('inbox-probe');
    return store;
  } catch {
    /** @type {Map<string, string>} */
    const values = new Map();
    return { getItem: (key) => values.get(key) ?? null, setItem: (key, value) => void values.set(key, value) };
  }
}
