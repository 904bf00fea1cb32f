// @ts-check
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { text } from 'node:stream/consumers';

/**
 * A message on its way through the server.
 *
 * @typedef {{from: string, to: string, body: string, credentials: string}} Letter
 *
 * What becomes of a message: the body that is put in its place, null for none.
 *
 * @typedef {(letter: Letter) => string | null | Promise<string | null>} Tamper
 */

/**
 * A server that its users should not have trusted. To the pages it is the mailbox;
 * behind it a true one works, and what is sent goes through its hands on the way
 * there: it reads it, keeps it, changes it, and sends in everybody's name.
 */
export class MaliciousServer {
  /** All that was sent. @type {Letter[]} */
  letters = [];
  /** @type {Tamper} */
  tamper = honest;
  #behind;
  #server;

  /** @param {string} behind the true server's address */
  constructor(behind) {
    this.#behind = behind;
    this.#server = createServer((incoming, outgoing) => {
      void this.#serve(incoming, outgoing).catch(() => outgoing.destroy()); // the page went away, or the test is over
    });
  }

  /** @param {string} behind */
  static async start(behind) {
    const server = new MaliciousServer(behind);
    await once(server.#server.listen(0, '127.0.0.1'), 'listening');
    return server;
  }

  get url() {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the server does not listen');
    return `http://127.0.0.1:${address.port}`;
  }

  close() {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  /**
   * Delivers something to whom a letter was for, in the name of who sent that.
   *
   * @param {Letter} letter
   * @param {string} [body]
   */
  deliver({ to, credentials }, body) {
    return this.#put(to, credentials, body ?? '');
  }

  /**
   * Sends from an inbox that nobody knows.
   *
   * @param {string} from
   * @param {string} to
   * @param {string} body
   */
  sendFrom(from, to, body) {
    return this.#put(to, `Basic ${btoa(`${from}:made up`)}`, body);
  }

  /**
   * @param {string} to
   * @param {string} credentials
   * @param {string} body
   */
  async #put(to, credentials, body) {
    const headers = { Authorization: credentials };
    const response = await fetch(`${this.#behind}/inbox?to=${encodeURIComponent(to)}`, { method: 'POST', body, headers, signal: AbortSignal.timeout(5000) });
    if (!response.ok) throw new Error(`the true server said ${response.status}: ${await response.text()}`);
  }

  /**
   * @param {import('node:http').IncomingMessage} incoming
   * @param {import('node:http').ServerResponse} outgoing
   */
  async #serve(incoming, outgoing) {
    const { method = 'GET', url = '/', headers } = incoming;
    const to = new URL(url, this.#behind).searchParams.get('to');
    const sent = method === 'POST' && to !== null;
    const body = await text(incoming);
    const passed = sent ? await this.#pass(to, headers.authorization ?? '', body) : body;
    if (passed === null) {
      outgoing.end();
      return;
    }
    const forwarded = request(`${this.#behind}${url}`, { method, headers: { ...headers, 'content-length': Buffer.byteLength(passed) } });
    outgoing.on('close', () => forwarded.destroy());
    forwarded.end(passed);
    const [answer] = await once(forwarded, 'response');
    outgoing.writeHead(answer.statusCode, answer.headers);
    outgoing.flushHeaders();
    answer.on('error', () => outgoing.destroy());
    answer.pipe(outgoing);
  }

  /**
   * @param {string} to
   * @param {string} credentials
   * @param {string} body
   */
  async #pass(to, credentials, body) {
    const from = atob(credentials.split(' ')[1] ?? '').split(':')[0];
    const letter = { from, to, body, credentials };
    this.letters.push(letter);
    return this.tamper(letter);
  }
}

/** Leaves everything as it is. @type {Tamper} */
export function honest({ body }) {
  return body;
}

/** Changes one byte of a sealed message. @type {Tamper} */
export function bent({ body }) {
  const { type, box } = JSON.parse(body);
  const bytes = Buffer.from(box, 'base64');
  bytes[bytes.length >> 1] ^= 1;
  return JSON.stringify({ type, box: bytes.toString('base64') });
}
