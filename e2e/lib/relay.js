// @ts-check
import { createSocket } from 'node:dgram';
import { once } from 'node:events';

/**
 * Stands between two peers' media: a page that was told to use it (see
 * {@link Relay.between}) sees the other one only at ports of the relay, as
 * through a NAT, and the relay can let every packet fall, or those that are too many.
 */
export class Relay {
  /** Whether packets fall. */
  cut = false;
  /** What the ways that are found from now on carry, each, in bytes a second. */
  capacity = Infinity;
  /** Ports of the relay by what they lead to. @type {Map<string, Promise<number>>} */
  #ports = new Map();
  /** @type {import('node:dgram').Socket[]} */
  #sockets = [];

  /**
   * Lets the page reach other peers only through this relay. Call before the page is opened.
   *
   * @param {import('puppeteer-core').Page} page
   */
  async between(page) {
    await page.exposeFunction('portOfRelay', (/** @type {string} */ host, /** @type {number} */ port) => this.#portTo(host, port));
    await page.evaluateOnNewDocument(reroute);
  }

  close() {
    for (const socket of this.#sockets) socket.close();
  }

  /**
   * @param {string} host
   * @param {number} port
   */
  #portTo(host, port) {
    const to = `${host} ${port}`;
    const known = this.#ports.get(to) ?? this.#listen(host, port);
    this.#ports.set(to, known);
    return known;
  }

  /**
   * @param {string} host
   * @param {number} port
   */
  async #listen(host, port) {
    const room = bottleneck(this.capacity);
    const front = await this.#socket();
    /** One for each sender, so that answers find back. @type {Map<string, Promise<import('node:dgram').Socket>>} */
    const backs = new Map();
    front.on('message', async (packet, from) => {
      if (this.cut || !room(packet.length)) return;
      const name = `${from.address} ${from.port}`;
      const known = backs.get(name) ?? this.#socket();
      if (!backs.has(name)) {
        backs.set(name, known);
        (await known).on('message', (answer) => this.cut || !room(answer.length) || front.send(answer, from.port, from.address));
      }
      (await known).send(packet, port, host);
    });
    return front.address().port;
  }

  async #socket() {
    const socket = createSocket('udp4');
    socket.on('error', () => {}); // a port that nobody listens on any more
    this.#sockets.push(socket);
    await once(socket.bind(0), 'listening');
    return socket;
  }
}

/**
 * A way that carries so many bytes a second, half of them at once. What is more falls.
 *
 * @param {number} capacity
 * @returns {(bytes: number) => boolean} whether a packet gets through
 */
function bottleneck(capacity) {
  let [left, since] = [capacity / 2, performance.now()];
  return (bytes) => {
    if (capacity === Infinity) return true;
    const now = performance.now();
    left = Math.min(capacity / 2, left + ((now - since) / 1000) * capacity);
    since = now;
    if (left < bytes) return false;
    left -= bytes;
    return true;
  };
}

/** Runs in the page: every candidate of another peer gets a port of the relay. */
function reroute() {
  /** @type {(host: string, port: number) => Promise<number>} */
  const portOfRelay = /** @type {any} */ (globalThis).portOfRelay;

  /** @param {string} candidate */
  async function rerouted(candidate) {
    const fields = candidate.split(' ');
    const [, , protocol, , host, port] = fields;
    if (protocol.toLowerCase() !== 'udp' || host.includes(':')) return '';
    fields[5] = String(await portOfRelay(host, Number(port)));
    return fields.join(' ');
  }

  const { addIceCandidate, setRemoteDescription } = RTCPeerConnection.prototype;
  RTCPeerConnection.prototype.addIceCandidate = async function (/** @type {any} */ init) {
    const candidate = init?.candidate ? await rerouted(init.candidate) : '';
    if (candidate) await /** @type {any} */ (addIceCandidate).call(this, { ...init, candidate });
  };
  RTCPeerConnection.prototype.setRemoteDescription = async function (description) {
    const lines = (description.sdp ?? '').split('\r\n').map(async (line) => {
      if (!line.startsWith('a=candidate:')) return line;
      const candidate = await rerouted(line.slice(2));
      return candidate && `a=${candidate}`;
    });
    const sdp = (await Promise.all(lines)).filter((line, i, all) => line || i === all.length - 1).join('\r\n');
    return /** @type {any} */ (setRemoteDescription).call(this, { type: description.type, sdp });
  };

  let made = 0;
  Object.defineProperty(globalThis, 'connectionsMade', { get: () => made });
  globalThis.RTCPeerConnection = class extends RTCPeerConnection {
    /** @param {RTCConfiguration} [config] */
    constructor(config) {
      super(config);
      made++;
    }
  };
}
