// @ts-check
// The messages that two peers exchange through their inboxes: JSON, one object
// a message. The server never reads them, so everything here comes from the
// other peer and is checked before anybody relies on its shape.

/**
 * @typedef {'live' | 'paused' | 'away'} PictureState how a camera's picture stands: the person paused it, or the system keeps it back
 * @typedef {{name?: string, video?: PictureState}} Introduction what a camera says of itself
 * @typedef {{type: 'offer' | 'answer', sdp: string, session?: string} & Introduction} DescriptionMessage
 * @typedef {{type: 'state', session?: string, unfit?: string} & Introduction} StateMessage unfit: the camera's codecs, none of which this end has
 * @typedef {{type: 'icecandidate', candidate: RTCIceCandidateInit, session?: string}} CandidateMessage
 * @typedef {{type: 'watch' | 'bye', session?: string}} PlainMessage
 * @typedef {DescriptionMessage | CandidateMessage | PlainMessage | StateMessage} Message
 */

/**
 * Reads a message, or returns null for anything that is none.
 *
 * @param {string} body
 * @returns {Message | null}
 */
export function parseMessage(body) {
  let value;
  try {
    value = JSON.parse(body);
  } catch {
    return null;
  }
  if (!isObject(value)) return null;
  const { type, sdp, candidate } = value;
  const session = typeof value.session === 'string' && value.session !== '' ? value.session : undefined;
  switch (type) {
    case 'offer':
      return typeof sdp === 'string' ? withSession({ type, sdp, ...introductionOf(value) }, session) : null;
    case 'state':
      if (value.video === 'unsupported') return withSession({ type, unfit: typeof value.codecs === 'string' ? value.codecs.slice(0, 64) : '' }, session);
      return withSession({ type, ...introductionOf(value) }, session);
    case 'answer':
      return typeof sdp === 'string' ? withSession({ type, sdp }, session) : null;
    case 'icecandidate':
      return isObject(candidate) ? withSession({ type, candidate: candidateOf(candidate) }, session) : null;
    case 'watch':
    case 'bye':
      return withSession({ type }, session);
    default:
      return null;
  }
}

/**
 * The username fragment that says to which description a candidate belongs
 * (RFC 8839, section 5.4), or undefined where the candidate does not tell.
 *
 * @param {RTCIceCandidateInit} candidate
 */
export function ufragOf(candidate) {
  return candidate.usernameFragment ?? /(?:^| )ufrag (\S+)/.exec(candidate.candidate ?? '')?.[1];
}

/**
 * Whether a candidate can belong to a description: its ufrag is among the
 * description's, or one of the two does not say.
 *
 * @param {RTCIceCandidateInit} candidate
 * @param {string} sdp
 */
export function candidateFits(candidate, sdp) {
  const ufrag = ufragOf(candidate);
  if (!ufrag) return true;
  const known = [...sdp.matchAll(/^a=ice-ufrag:(\S+)/gm)].map((match) => match[1]);
  return known.length === 0 || known.includes(ufrag);
}

/**
 * @template {Message} T
 * @param {T} message
 * @param {string | undefined} session
 * @returns {T}
 */
export function withSession(message, session) {
  return session === undefined ? message : { ...message, session };
}

/**
 * @param {Record<string, unknown>} value
 * @returns {Introduction}
 */
function introductionOf({ name, video }) {
  /** @type {Introduction} */
  const introduction = {};
  if (typeof name === 'string') introduction.name = name.slice(0, 64);
  if (video === 'live' || video === 'paused' || video === 'away') introduction.video = video;
  return introduction;
}

/**
 * @param {Record<string, unknown>} value
 * @returns {RTCIceCandidateInit}
 */
function candidateOf(value) {
  return {
    candidate: typeof value.candidate === 'string' ? value.candidate : '',
    sdpMid: typeof value.sdpMid === 'string' ? value.sdpMid : null,
    sdpMLineIndex: typeof value.sdpMLineIndex === 'number' ? value.sdpMLineIndex : null,
    usernameFragment: typeof value.usernameFragment === 'string' ? value.usernameFragment : null,
  };
}

/**
 * @param {unknown} value
 * @returns {value is Record<string, unknown>}
 */
function isObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
