// @ts-check
import { errorOf } from './mailbox-error.js';
import { base64 } from './text.js';
import { Watchdog } from './timing.js';

/** @typedef {{id: string, password: string}} Credentials */

/** A request that must be answered within a second or so. In milliseconds. */
const QUICK = 5000;

/** One attempt to say something while the page goes away. In milliseconds. */
const LAST = 10_000;

/** The requests that a mailbox' server knows, made in the name of one inbox. */
export class MailboxRequests {
  #url;
  #auth;
  #fetch;

  /**
   * @param {URL | string} url the server's folder; the mailbox is `inbox` in it
   * @param {Credentials} credentials
   * @param {typeof globalThis.fetch} fetch
   */
  constructor(url, { id, password }, fetch) {
    this.#url = new URL('inbox', url);
    this.#auth = 'Basic ' + base64(`${id}:${password}`);
    this.#fetch = fetch;
  }

  /**
   * Asks for what is in the inbox.
   *
   * @param {Record<string, string>} headers
   * @param {AbortSignal} signal
   */
  read(headers, signal) {
    return this.#request(this.#url, { headers }, signal);
  }

  /**
   * Puts a message into an inbox.
   *
   * @param {string} to
   * @param {RequestInit} init
   * @param {AbortSignal} signal
   */
  post(to, init, signal) {
    const url = new URL(this.#url);
    url.searchParams.set('to', to);
    return this.#request(url, { ...init, method: 'POST' }, signal);
  }

  /**
   * Sends a last message while the page goes away: once, whatever becomes of it.
   *
   * @param {string} to
   * @param {string} body
   */
  sendLast(to, body) {
    const init = { body, keepalive: true, headers: { 'Content-Type': 'application/json' } };
    void this.post(to, init, AbortSignal.timeout(LAST)).catch(() => {});
  }

  /** Closes the inbox while the page goes away, so that its identifier is free at once. */
  leave() {
    const init = { method: 'DELETE', keepalive: true };
    void this.#request(this.#url, init, AbortSignal.timeout(LAST)).catch(() => {});
  }

  /**
   * The ICE servers that this server's operator configured. The inbox must be open.
   *
   * @param {AbortSignal} signal
   * @returns {Promise<RTCIceServer[]>}
   */
  async iceServers(signal) {
    const watchdog = new Watchdog(signal, QUICK);
    try {
      const response = await this.#request(new URL('ice-servers', this.#url), {}, watchdog.signal);
      if (!response.ok) throw await errorOf(response);
      const { iceServers } = await response.json();
      return Array.isArray(iceServers) ? iceServers : [];
    } finally {
      watchdog.release();
    }
  }

  /**
   * Credentials go out by hand and the browser's own are left out, so that a
   * 401 is an answer like any other and never a dialog.
   *
   * @param {URL} url
   * @param {RequestInit} init
   * @param {AbortSignal} signal
   */
  #request(url, init, signal) {
    const headers = { ...init.headers, Authorization: this.#auth };
    return this.#fetch(url, { ...init, headers, signal, credentials: 'omit', cache: 'no-store' });
  }
}
