// @ts-check
import { applyEncoding } from './encoding.js';

/**
 * @typedef {import('./encoding.js').Encoding} Encoding
 * @typedef {import('./session.js').Session} Session
 */

/** The tracks of a session, in the order of its transceivers. */
const KINDS = /** @type {const} */ (['video', 'audio']);

/** @typedef {typeof KINDS[number]} Kind */

/** What a camera sends in each of its sessions, those to come as well: its tracks, and how they are encoded. */
export class Outgoing {
  #stream;
  #order;
  /** @type {Record<Kind, Encoding>} */
  #encodings = { video: {}, audio: {} };
  /** @type {Record<Kind, MediaStreamTrack | null>} */
  #tracks = { video: null, audio: null };

  /**
   * @param {MediaStream} stream the stream that receivers see the tracks in
   * @param {(video: RTCRtpTransceiver) => void} order puts the codecs of an offer in order
   */
  constructor(stream, order) {
    this.#stream = stream;
    this.#order = order;
  }

  /** Adds the transceivers to a connection that has made no offer. @param {RTCPeerConnection} pc */
  addTo(pc) {
    for (const kind of KINDS) {
      const transceiver = pc.addTransceiver(this.#tracks[kind] ?? kind, { direction: 'sendonly', streams: [this.#stream] });
      if (kind === 'video') this.#order(transceiver);
    }
  }

  /**
   * @param {Partial<Record<Kind, MediaStreamTrack | null>>} tracks null sends nothing
   * @param {(Session | undefined)[]} sessions
   */
  async setTracks(tracks, sessions) {
    Object.assign(this.#tracks, tracks);
    const replaced = sessions.map(async (session) => {
      if (!session || session.state === 'ended') return;
      const all = KINDS.map((kind) => senderOf(session, kind).replaceTrack(this.#tracks[kind]));
      // A connection that cannot take the track is made anew, with it.
      await Promise.all(all).catch(() => session.end('lost'));
    });
    await Promise.all(replaced);
  }

  /**
   * @param {Encoding} encoding
   * @param {Kind} kind
   * @param {(Session | undefined)[]} sessions
   */
  setEncoding(encoding, kind, sessions) {
    this.#encodings[kind] = encoding;
    for (const session of sessions) {
      if (session?.state === 'connected') void applyEncoding(senderOf(session, kind), encoding);
    }
  }

  /** Tells the encoders of a session that is connected now. @param {Session} session */
  tell(session) {
    for (const kind of KINDS) {
      const encoding = this.#encodings[kind];
      if (Object.values(encoding).some((value) => value !== undefined)) void applyEncoding(senderOf(session, kind), encoding);
    }
  }
}

/**
 * @param {Session} session
 * @param {Kind} kind
 */
function senderOf({ pc }, kind) {
  return pc.getTransceivers()[KINDS.indexOf(kind)].sender;
}
