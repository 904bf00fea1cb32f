// @ts-check
// What a camera asks for beyond what browsers do by themselves: which codec, and
// how fast to begin. Sessions come about without it as well.
import { inHardware, prefer } from './codecs.js';
import { withStartBitrate } from './sdp.js';

/** Where the bitrate begins, in kbit/s; the browser's estimator takes it from there. */
const START_BITRATE = 1500;

/**
 * @typedef {object} Negotiation
 * @property {(video: RTCRtpTransceiver) => void} order puts the codecs of an offer in order
 * @property {(sdp: string) => string} tuneAnswer changes an answer before it is applied
 */

/** @returns {Promise<Negotiation>} as this device can best have it */
export async function bestNegotiation() {
  const hardware = await inHardware('encodingInfo');
  return {
    order: (video) => prefer(video, hardware),
    tuneAnswer: (sdp) => withStartBitrate(sdp, START_BITRATE),
  };
}
