// @ts-check
import { MailboxError } from './mailbox-error.js';
import { candidateFits, withSession } from './messages.js';

/** @typedef {import('./messages.js').Message} Message */

/**
 * How a session stands: 'new' until its offer is out or in, 'offered' until the
 * answer, 'connecting' until media can flow, 'connected', 'interrupted' when
 * nothing has come for some seconds and it may still recover, 'ended'.
 *
 * @typedef {'new' | 'offered' | 'connecting' | 'connected' | 'interrupted' | 'ended'} SessionState
 */

/**
 * Why a session ended: 'lost' its connection failed or never came about, 'bye'
 * the other end said so, 'replaced' by a newer one, 'closed' by this end.
 *
 * @typedef {'lost' | 'bye' | 'replaced' | 'closed'} EndReason
 */

/**
 * @typedef {object} SessionOptions
 * @property {string} [id] a random string, the same at both ends; none for a peer that knows no sessions
 * @property {(message: Message) => Promise<void>} send sends to the other end, keeping the order
 * @property {RTCConfiguration} [config]
 * @property {RTCPeerConnection} [connection] made from config by default
 * @property {(session: Session) => void} [onstate] called when the state changes
 * @property {(event: RTCTrackEvent) => void} [ontrack]
 * @property {(pc: RTCPeerConnection) => void} [onoffer] called with an offer in place, before it is answered
 * @property {(sdp: string) => string} [tuneAnswer] changes an answer before this end applies it
 * @property {Partial<typeof TIMES>} [times]
 */

/** All in milliseconds. */
const TIMES = {
  connect: 10_000, // from the answer until media can flow
  interrupted: 5000, // for a broken connection to come back, by itself or by another way
};

/**
 * One RTCPeerConnection between this page and one peer, and the order in which
 * its messages must be handled: one after the other, candidates behind their
 * description. It does not know of pages, inboxes or other sessions.
 */
export class Session {
  id;
  pc;
  /** @type {SessionState} */
  state = 'new';
  /** Resolves when the session is over. @type {Promise<EndReason>} */
  ended;
  /** @type {(reason: EndReason) => void} */
  #resolveEnded = () => {};
  #send;
  #onstate;
  #onoffer;
  #tuneAnswer;
  #times;
  /** @type {Promise<void>} */
  #handled = Promise.resolve();
  /** @type {RTCIceCandidateInit[]} */
  #candidates = [];
  #trickling = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {SessionOptions} options */
  constructor({ id, send, config, connection = new RTCPeerConnection(config), onstate = () => {}, ontrack, onoffer = () => {}, tuneAnswer = (sdp) => sdp, times = {} }) {
    this.id = id;
    this.pc = connection;
    this.#send = send;
    this.#onstate = onstate;
    this.#onoffer = onoffer;
    this.#tuneAnswer = tuneAnswer;
    this.#times = { ...TIMES, ...times };
    this.ended = new Promise((resolve) => {
      this.#resolveEnded = resolve;
    });
    connection.onicecandidate = ({ candidate }) => this.#trickle(candidate);
    connection.onconnectionstatechange = () => this.#connectionChanged();
    if (ontrack) connection.ontrack = ontrack;
  }

  /** Whether the other end has not answered yet. */
  get unanswered() {
    return this.state === 'new' || this.state === 'offered';
  }

  /** Makes the offer, without telling the other end. Transceivers are the caller's to add first. */
  async prepare() {
    await this.pc.setLocalDescription();
    this.#watchTransport();
  }

  /**
   * Sends the offer with the candidates known so far; later ones follow. May be
   * called again as long as no answer has come.
   *
   * @returns {Promise<void>} rejects as `send` does
   */
  async offer() {
    if (!this.pc.localDescription) await this.prepare();
    if (this.state === 'ended') return;
    this.#enter('offered');
    this.#trickling = true;
    try {
      await this.#send(this.#describe('offer'));
    } catch (error) {
      this.#trickling = false; // the next offer carries the candidates
      throw error;
    }
  }

  /**
   * Looks for another way between the two ends, below a connection that goes on
   * (ICE restart: RFC 8445, section 2.4). For the end that made the offer; one
   * that was not answered yet is sent again.
   *
   * @returns {Promise<void>} never rejects
   */
  restart() {
    this.#handled = this.#handled.then(() => this.#restart()).catch((error) => {
      if (error instanceof MailboxError && error.code === 'absent') this.end('lost');
    });
    return this.#handled;
  }

  async #restart() {
    if (this.state !== 'connected' && this.state !== 'interrupted') return;
    if (this.pc.signalingState === 'stable') {
      this.pc.restartIce();
      await this.pc.setLocalDescription();
    }
    await this.#send(this.#describe('offer'));
  }

  /**
   * Handles a message from the other end, behind those before it.
   *
   * @param {Message} message
   * @returns {Promise<void>} never rejects
   */
  receive(message) {
    this.#handled = this.#handled.then(() => this.#handle(message)).catch(() => {
      // A description that the browser cannot accept: this session leads nowhere.
      if (this.state !== 'connected') this.end('lost');
    });
    return this.#handled;
  }

  /**
   * Whether a candidate without a session of its own can be meant for this one.
   *
   * @param {RTCIceCandidateInit} candidate
   */
  fits(candidate) {
    const { remoteDescription } = this.pc;
    return !remoteDescription || candidateFits(candidate, remoteDescription.sdp);
  }

  /** @param {EndReason} [reason] */
  end(reason = 'closed') {
    if (this.state === 'ended') return;
    clearTimeout(this.#timer);
    this.#trickling = false;
    this.pc.onicecandidate = this.pc.onconnectionstatechange = this.pc.ontrack = null;
    this.pc.close();
    this.#enter('ended');
    this.#resolveEnded(reason);
  }

  /** @param {Message} message */
  async #handle(message) {
    if (this.state === 'ended') return;
    switch (message.type) {
      case 'offer':
        return this.#answer(message.sdp);
      case 'answer':
        return this.#answered(message.sdp);
      case 'icecandidate':
        return this.#candidate(message.candidate);
      case 'bye':
        return this.end('bye');
    }
  }

  /**
   * Answers an offer. The same offer may come again, when the first answer was
   * lost, or a later one that restarts ICE.
   *
   * @param {string} sdp
   */
  async #answer(sdp) {
    await this.pc.setRemoteDescription({ type: 'offer', sdp });
    this.#onoffer(this.pc);
    await this.pc.setLocalDescription();
    this.#watchTransport();
    this.#connecting();
    this.#trickling = true;
    // The offerer asks again if this gets lost.
    this.#send(this.#describe('answer')).catch(() => {});
    await this.#flushCandidates();
  }

  /** @param {string} sdp */
  async #answered(sdp) {
    // An answer to an offer that was sent twice comes twice.
    if (this.pc.signalingState !== 'have-local-offer') return;
    await this.pc.setRemoteDescription({ type: 'answer', sdp: this.#tuneAnswer(sdp) });
    this.#connecting();
    await this.#flushCandidates();
  }

  /** @param {RTCIceCandidateInit} candidate */
  async #candidate(candidate) {
    this.#candidates.push(candidate);
    if (this.pc.remoteDescription) await this.#flushCandidates();
  }

  async #flushCandidates() {
    for (const candidate of this.#candidates.splice(0)) {
      if (!this.fits(candidate)) continue;
      // One that cannot be used (an address family or protocol this browser lacks) does not spoil the others.
      await this.pc.addIceCandidate(candidate).catch(() => {});
    }
  }

  /** @param {RTCIceCandidate | null} candidate */
  #trickle(candidate) {
    if (!candidate?.candidate || !this.#trickling) return;
    const message = withSession({ type: 'icecandidate', candidate: candidate.toJSON() }, this.id);
    // A candidate that gets lost is in the description when it is sent again.
    this.#send(/** @type {Message} */ (message)).catch(() => {});
  }

  /** @param {'offer' | 'answer'} type */
  #describe(type) {
    return /** @type {Message} */ (withSession({ type, sdp: this.pc.localDescription?.sdp ?? '' }, this.id));
  }

  #connecting() {
    if (this.pc.connectionState === 'connected' || this.state === 'interrupted') return;
    this.#enter('connecting');
    this.#endIn(this.#times.connect);
  }

  #connectionChanged() {
    switch (this.pc.connectionState) {
      case 'connected':
        clearTimeout(this.#timer);
        this.#enter('connected');
        break;
      case 'disconnected':
        this.#enter('interrupted');
        this.#endIn(this.#times.interrupted);
        break;
      case 'failed':
        this.end('lost');
        break;
    }
  }

  /** The other end closing its connection shows here at once, and in the connection's state seconds later. */
  #watchTransport() {
    for (const { sender } of this.pc.getTransceivers()) {
      const transport = sender.transport;
      if (transport) transport.onstatechange = () => transport.state === 'closed' && this.end('lost');
    }
  }

  /** @param {number} ms */
  #endIn(ms) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.end('lost'), ms);
  }

  /** @param {SessionState} state */
  #enter(state) {
    if (state === this.state) return;
    this.state = state;
    this.#onstate(this);
  }
}
