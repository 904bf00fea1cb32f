// @ts-check
import { once } from 'node:events';
import { connect, createServer } from 'node:net';

/**
 * @typedef {object} ProxyOptions
 * @property {number} [delay] milliseconds that every byte takes, each way
 * @property {boolean} [hold] holds the server's streams back, as a proxy that buffers does
 * @property {string} [host] the address to listen on; default 127.0.0.1
 */

/** A TCP proxy on a port of its own, which does harm as told. */
export class Proxy {
  #server;
  /** @type {(() => number) | undefined} */
  #lifetime;
  /** @type {Set<import('node:net').Socket>} */
  #sockets = new Set();
  /** How many connections it has cut. */
  cuts = 0;

  /**
   * @param {number} port of the server, on 127.0.0.1
   * @param {ProxyOptions} options
   */
  constructor(port, options) {
    this.#server = createServer((client) => this.#connected(client, connect(port, '127.0.0.1'), options));
  }

  /**
   * @param {number} port
   * @param {ProxyOptions} options
   */
  static async start(port, options) {
    const proxy = new Proxy(port, options);
    await once(proxy.#server.listen(0, options.host ?? '127.0.0.1'), 'listening');
    return proxy;
  }

  get url() {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the proxy does not listen');
    return `http://${address.address}:${address.port}`;
  }

  /**
   * Cuts every connection now, and later ones after some time.
   *
   * @param {() => number} lifetime gives the milliseconds that the next connection has
   */
  disturb(lifetime) {
    this.#lifetime = lifetime;
    for (const socket of this.#sockets) socket.destroy();
  }

  close() {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }

  /**
   * @param {import('node:net').Socket} client
   * @param {import('node:net').Socket} server
   * @param {ProxyOptions} options
   */
  #connected(client, server, { delay = 0, hold = false }) {
    const end = () => {
      clearTimeout(timer);
      for (const socket of [client, server]) {
        this.#sockets.delete(socket);
        socket.destroy();
      }
    };
    const cut = () => {
      this.cuts++;
      end();
    };
    const timer = this.#lifetime && setTimeout(cut, this.#lifetime());
    for (const socket of [client, server]) {
      this.#sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', end).on('close', end);
    }
    pass(client, server, delay);
    if (hold) holdStreams(server, client);
    else pass(server, client, delay);
  }
}

/**
 * @param {import('node:net').Socket} from
 * @param {import('node:net').Socket} to
 * @param {number} delay
 */
function pass(from, to, delay) {
  from.on('data', (data) => {
    if (delay === 0) to.write(data);
    else setTimeout(() => to.destroyed || to.write(data), delay);
  });
}

/**
 * Passes everything but text/event-stream answers, which it keeps to itself.
 *
 * @param {import('node:net').Socket} from
 * @param {import('node:net').Socket} to
 */
function holdStreams(from, to) {
  let holding = false;
  from.on('data', (data) => {
    holding ||= /content-type: text\/event-stream/i.test(data.toString('latin1'));
    if (!holding) to.write(data);
  });
}

/**
 * Random numbers from 0 to 1 that are the same in every run (mulberry32).
 *
 * @param {number} seed
 */
export function random(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
