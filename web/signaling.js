// @ts-check
import { Backoff, Pause, Watchdog } from './timing.js';
import { EventStreamParser } from './sse.js';
import { MailboxError, errorOf, retryAfter } from './mailbox-error.js';
import { MailboxRequests } from './mailbox-requests.js';
import { Outbox } from './outbox.js';
import { unbase64, utf8 } from './text.js';

export { MailboxError };

/**
 * How an inbox stands: 'connecting' until the server first answers and while it
 * is asked again, 'open' while messages come in, 'offline' when the server
 * cannot be reached, 'taken' when the identifier belongs to someone else,
 * 'displaced' when another reader with the same password took over (see
 * {@link Mailbox.resume}), 'refused' when this server does not allow the identifier.
 *
 * @typedef {'connecting' | 'open' | 'offline' | 'taken' | 'displaced' | 'refused'} MailboxState
 */

/**
 * @typedef {object} MailboxOptions
 * @property {URL | string} url the server's folder; the mailbox is `inbox` in it
 * @property {string} id the inbox's identifier
 * @property {string} password
 * @property {(from: string, body: string) => void} [onmessage]
 * @property {(state: MailboxState) => void} [onstate] called when the state changes
 * @property {typeof globalThis.fetch} [fetch]
 * @property {Partial<typeof TIMES>} [times]
 */

/** All in milliseconds. */
const TIMES = {
  firstByte: 2500, // a stream that shows nothing for this long is held up by a proxy
  silence: 40_000, // two heartbeats (15 s each) and some
  quickPoll: 5000, // a request that must be answered within a second or so
  idle: 1000, // the least time between two requests that bring nothing
  pollAgain: 300_000, // how long to stay with polling before the stream is tried again
  late: 10_000, // how long a request that was given up may still be on its way
  taken: 6000, // between two questions whether the identifier is free by now
  refused: 30_000,
  post: 10_000, // one attempt to send
  minDelay: 200,
  maxDelay: 5000,
};

/**
 * The client of an inbox: reads its messages and sends to others.
 *
 *     run():  GET /inbox  (text/event-stream, else long polling)  --> onmessage
 *     send(): POST /inbox?to=ID, in order for each receiver
 *
 * Nothing is lost or repeated when a connection breaks: reading goes on behind
 * the last message seen (Last-Event-ID), and a message sent again carries the
 * same Idempotency-Key.
 */
export class Mailbox {
  /** What needs no order and no patience. */
  requests;
  #onmessage;
  #onstate;
  #times;
  #backoff;
  #pause = new Pause();
  /** @type {MailboxState} */
  #state = 'connecting';
  #cursor = '0';
  #failures = 0;
  #pollUntil = 0;
  #gaveUp = -Infinity; // when a GET ended without an answer
  /** @type {Watchdog | undefined} */
  #reading;
  #outbox;

  /** @param {MailboxOptions} options */
  constructor({ url, id, password, onmessage = () => {}, onstate = () => {}, fetch = globalThis.fetch.bind(globalThis), times = {} }) {
    this.id = id;
    this.requests = new MailboxRequests(url, { id, password }, fetch);
    this.#onmessage = onmessage;
    this.#onstate = onstate;
    this.#times = { ...TIMES, ...times };
    this.#backoff = new Backoff({ min: this.#times.minDelay, max: this.#times.maxDelay });
    this.#outbox = new Outbox((...post) => this.requests.post(...post), this.#times);
  }

  get state() {
    return this.#state;
  }

  /**
   * Reads the inbox until the signal fires, through every trouble there is.
   *
   * @param {AbortSignal} signal
   * @returns {Promise<void>}
   */
  async run(signal) {
    while (!signal.aborted) {
      try {
        await this.#read(signal);
      } catch (error) {
        if (signal.aborted) return;
        await this.#recover(error, signal).catch(() => {}); // aborted: the loop ends
      }
    }
  }

  /** The network may be back: whatever waits tries again at once. */
  nudge() {
    if (this.#state === 'displaced') return;
    this.#pollUntil = 0;
    this.#backoff.reset();
    this.#pause.end();
    this.#outbox.wake();
    this.#reading?.bite(new Retry());
  }

  /** Takes the inbox back from the reader that displaced this one. */
  resume() {
    if (this.#state === 'displaced') this.#pause.end();
  }

  /**
   * Sends a message behind all that were sent to this receiver before. It is
   * tried again until the server has it, the signal fires or it is too old.
   *
   * @param {string} to the receiver's identifier
   * @param {string} body
   * @param {{signal: AbortSignal, maxAge?: number}} options maxAge in milliseconds
   * @returns {Promise<void>} rejects with a {@link MailboxError} or the signal's reason
   */
  send(to, body, { signal, maxAge = 30_000 }) {
    return this.#outbox.send(to, body, { signal, maxAge });
  }

  /** @param {AbortSignal} signal */
  async #read(signal) {
    const began = performance.now();
    const cursor = this.#cursor;
    if (began < this.#pollUntil) await this.#poll(signal);
    else await this.#stream(signal);
    const idle = this.#cursor === cursor && performance.now() - began < 0.9 * this.#times.idle;
    // A server without long polling answers at once, with nothing.
    if (idle) await this.#pause.wait(this.#times.idle, signal);
  }

  /** @param {AbortSignal} signal */
  async #stream(signal) {
    const watchdog = new Watchdog(signal, this.#times.firstByte);
    this.#reading = watchdog;
    let silent = true;
    try {
      const response = await this.#get({ Accept: 'text/event-stream' }, watchdog.signal);
      if (!response.body || !response.headers.get('Content-Type')?.startsWith('text/event-stream')) {
        throw new Buffered();
      }
      const parser = new EventStreamParser();
      const decoder = new TextDecoder();
      const reader = response.body.getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        if (silent) this.#succeeded();
        silent = false;
        watchdog.feed(this.#times.silence);
        for (const event of parser.push(decoder.decode(value, { stream: true }))) this.#take(event);
      }
      if (silent) throw new Error('the stream ended at once');
    } catch (error) {
      if (silent && isTimeout(error)) throw new Buffered();
      throw error;
    } finally {
      this.#reading = undefined;
      watchdog.bite(new Retry()); // frees the connection of a stream that is left early
    }
  }

  /** @param {import('./sse.js').StreamEvent} event */
  #take({ id, event, data }) {
    if (event === 'displaced') throw new MailboxError('displaced');
    if (event !== 'message' || id === '') return;
    this.#cursor = id;
    const { from, body, encoding } = JSON.parse(data);
    this.#onmessage(String(from), encoding === 'base64' ? unbase64(body) : String(body));
  }

  /**
   * One GET with long polling. The first after a stream that showed nothing
   * must be answered soon: that tells a proxy that buffers from no network.
   *
   * @param {AbortSignal} signal
   */
  async #poll(signal) {
    const first = this.#state !== 'open';
    const watchdog = new Watchdog(signal, first ? this.#times.quickPoll : this.#times.silence);
    this.#reading = watchdog;
    try {
      const response = await this.#get(first ? { Prefer: 'wait=1' } : {}, watchdog.signal);
      this.#succeeded();
      if (response.status === 204) return;
      const body = await response.text();
      this.#cursor = response.headers.get('X-Message-ID') ?? this.#cursor;
      this.#onmessage(utf8(response.headers.get('X-From') ?? ''), body);
    } finally {
      this.#reading = undefined;
      watchdog.release();
    }
  }

  /**
   * @param {Record<string, string>} headers
   * @param {AbortSignal} signal
   */
  async #get(headers, signal) {
    const response = await this.requests.read({ ...headers, 'Last-Event-ID': this.#cursor }, signal).catch((error) => {
      this.#gaveUp = performance.now();
      throw error;
    });
    if (!response.ok) throw await errorOf(response);
    return response;
  }

  /**
   * @param {unknown} error
   * @param {AbortSignal} signal
   */
  async #recover(error, signal) {
    if (error instanceof Retry) return;
    if (error instanceof Buffered) {
      this.#pollUntil = performance.now() + this.#times.pollAgain;
      this.#enter('connecting');
      return;
    }
    const code = error instanceof MailboxError ? error.code : 'unreachable';
    if (code === 'displaced') {
      // It may have been a request of our own, given up and delivered late.
      const late = performance.now() - this.#gaveUp < this.#times.late;
      this.#gaveUp = -Infinity;
      if (late) return;
      this.#enter('displaced');
      await this.#pause.wait(Infinity, signal);
      this.#enter('connecting');
    } else if (code === 'taken' || code === 'refused') {
      this.#enter(code);
      const again = Math.max(this.#times[code], retryAfter(error));
      await this.#pause.wait(again * (1 + Math.random() / 4), signal);
    } else {
      this.#pollUntil = 0;
      // A single broken connection is everyday; only the second in a row is news.
      if (++this.#failures > 1 && this.#state !== 'taken') this.#enter('offline');
      await this.#pause.wait(Math.max(this.#backoff.next(), retryAfter(error)), signal);
    }
  }

  #succeeded() {
    this.#failures = 0;
    this.#backoff.reset();
    if (this.#state !== 'open') this.#outbox.wake(); // what waits for the server need not wait longer
    this.#enter('open');
  }

  /** @param {MailboxState} state */
  #enter(state) {
    if (state === this.#state) return;
    this.#state = state;
    this.#onstate(state);
  }
}

/** Says that reading was broken off in order to start again. */
class Retry extends Error {}

/** Says that a stream does not come through; polling may. */
class Buffered extends Error {}

/** @param {unknown} error */
function isTimeout(error) {
  return error instanceof DOMException && error.name === 'TimeoutError';
}
