// @ts-check

/** All in milliseconds. Together they notice a dead stream within two seconds. */
const TIMES = {
  interval: 400, // between two looks
  quiet: 1500, // without a packet until a stream counts as dead
};

/**
 * Notices that a connection brings no more video, which its own state tells
 * only many seconds later (RFC 7675: consent expires after 30 s).
 */
export class Liveness {
  stalled = false;
  #pc;
  #onchange;
  #quiet;
  #packets = -1;
  #since = performance.now();
  #timer;

  /**
   * @param {RTCPeerConnection} pc
   * @param {() => void} onchange called when `stalled` changed
   * @param {Partial<typeof TIMES>} [times]
   */
  constructor(pc, onchange, times = {}) {
    const { interval, quiet } = { ...TIMES, ...times };
    this.#pc = pc;
    this.#onchange = onchange;
    this.#quiet = quiet;
    this.#timer = setInterval(() => void this.#look(), interval);
  }

  close() {
    clearInterval(this.#timer);
  }

  async #look() {
    const report = await this.#pc.getStats().catch(() => undefined);
    if (!report || this.#pc.connectionState === 'closed') return;
    let packets = 0;
    for (const stats of report.values()) {
      if (stats.type === 'inbound-rtp' && stats.kind === 'video') packets += stats.packetsReceived ?? 0;
    }
    if (packets !== this.#packets) {
      this.#packets = packets;
      this.#since = performance.now();
    }
    const stalled = packets > 0 && performance.now() - this.#since >= this.#quiet;
    if (stalled === this.stalled) return;
    this.stalled = stalled;
    this.#onchange();
  }
}
