// @ts-check
// Which video codecs two pages speak, and in what order. VP8 and H.264 are what
// every browser has (RFC 7742), so they go first; a newer codec goes before them
// only if both ends have hardware for it, for in software it costs a phone its
// battery and its frame rate. The two need no messages for that: what stands
// before VP8 and H.264 in an offer the camera encodes in hardware, and of that
// the viewer leaves there, in its answer, what it decodes so.

/** A codec as capabilities list it, or a line of a description. @typedef {{mimeType: string, sdpFmtpLine?: string}} Codec */

const COMMON = ['video/vp8', 'video/h264'];
const NEWER = ['video/av1', 'video/h265', 'video/vp9'];

/** What a phone's camera gives. */
const PICTURE = { width: 1280, height: 720, framerate: 30, bitrate: 2_500_000 };

/**
 * The newer codecs that this device has hardware for (W3C Media Capabilities,
 * powerEfficient), the best first; none where the browser does not say.
 *
 * @param {'encodingInfo' | 'decodingInfo'} direction
 * @param {MediaCapabilities | undefined} [capabilities]
 * @returns {Promise<string[]>} MIME types in small letters
 */
export async function inHardware(direction, capabilities = globalThis.navigator?.mediaCapabilities) {
  const asked = NEWER.map(async (contentType) => {
    // Browsers that know no type "webrtc" reject it.
    const info = await capabilities?.[direction]({ type: 'webrtc', video: { contentType, ...PICTURE } });
    return info?.supported && info.powerEfficient;
  });
  const answers = await Promise.allSettled(asked);
  return NEWER.filter((_, i) => /** @type {PromiseFulfilledResult<unknown>} */ (answers[i]).value === true);
}

/**
 * All that a browser has, with these before VP8 and H.264 and the other newer ones behind.
 * Of H.264's profiles the one that all have is first: constrained baseline, in more than one packet.
 *
 * @template {Codec} T
 * @param {T[]} codecs
 * @param {string[]} first MIME types in small letters
 * @returns {T[]}
 */
export function inOrder(codecs, first) {
  const rank = (/** @type {T} */ codec) => {
    const type = typeOf(codec);
    if (first.includes(type)) return first.indexOf(type) - first.length;
    if (type === 'video/h264') return isBaseline(codec) ? 0 : 1;
    return type === 'video/vp8' ? 0 : 2;
  };
  return [...codecs].sort((a, b) => rank(a) - rank(b));
}

/**
 * The newer codecs that an offer puts before VP8 and H.264.
 *
 * @param {string} sdp
 * @returns {string[]} MIME types in small letters
 */
export function firstOf(sdp) {
  const [video = ''] = /^m=video [\s\S]*?(?=^m=|(?![\s\S]))/m.exec(sdp) ?? [];
  const types = (/^m=video \S+ \S+ (.*)/.exec(video)?.[1] ?? '').trim().split(' ');
  const names = types.map((type) => `video/${new RegExp(`^a=rtpmap:${type} ([^/]+)/`, 'm').exec(video)?.[1] ?? ''}`.toLowerCase());
  const common = names.findIndex((name) => COMMON.includes(name));
  return common < 0 ? [] : [...new Set(names.slice(0, common))].filter((name) => NEWER.includes(name));
}

/**
 * Puts these codecs first in what a transceiver will offer. Browsers that cannot be told keep their own order.
 *
 * @param {RTCRtpTransceiver} transceiver
 * @param {string[]} first MIME types in small letters
 */
export function prefer(transceiver, first) {
  try {
    // Those of the receiver even for what is sent: browsers compare with them.
    const { codecs } = RTCRtpReceiver.getCapabilities('video') ?? { codecs: [] };
    if (codecs.length > 0) transceiver.setCodecPreferences(inOrder(codecs, first));
  } catch {
    // No such method, or a codec that the browser lists and does not take.
  }
}

/**
 * Moves behind VP8 and H.264, in the answer to come, what an offer has before
 * them and this device decodes in software. Does nothing if there is none.
 *
 * @param {RTCPeerConnection} pc that has the offer
 * @param {string[]} hardware MIME types in small letters
 */
export function preferAnswered(pc, hardware) {
  const first = firstOf(pc.remoteDescription?.sdp ?? '');
  const kept = first.filter((type) => hardware.includes(type));
  if (kept.length === first.length) return;
  for (const transceiver of pc.getTransceivers()) {
    if (transceiver.receiver.track.kind === 'video') prefer(transceiver, kept);
  }
}

/** @param {Codec} codec */
function typeOf({ mimeType }) {
  return mimeType.toLowerCase();
}

/** @param {Codec} codec */
function isBaseline({ sdpFmtpLine = '' }) {
  return /profile-level-id=42e01f/i.test(sdpFmtpLine) && /packetization-mode=1/.test(sdpFmtpLine);
}
