// @ts-check

/**
 * What an encoder is told; undefined leaves it to the browser.
 *
 * @typedef {object} Encoding
 * @property {number} [maxBitrate] in bit/s
 * @property {number} [maxFramerate] pictures a second
 * @property {number} [scaleResolutionDownBy]
 * @property {RTCDegradationPreference} [degradationPreference]
 */

const KEYS = /** @type {const} */ (['maxBitrate', 'maxFramerate', 'scaleResolutionDownBy']);

/** What is under way at each sender: a change that overtakes another is refused. @type {WeakMap<RTCRtpSender, Promise<void>>} */
const changes = new WeakMap();

/**
 * Tells a sender's encoder (W3C WebRTC, RTCRtpSender.setParameters). The connection goes on as it is.
 *
 * @param {RTCRtpSender} sender
 * @param {Encoding} encoding
 * @returns {Promise<void>} never rejects: an encoder that refuses keeps what it has
 */
export function applyEncoding(sender, encoding) {
  const change = (changes.get(sender) ?? Promise.resolve()).then(() => tell(sender, encoding));
  changes.set(sender, change);
  return change;
}

/**
 * @param {RTCRtpSender} sender
 * @param {Encoding} encoding
 */
async function tell(sender, encoding) {
  try {
    const parameters = sender.getParameters();
    for (const each of parameters.encodings) {
      for (const key of KEYS) {
        if (encoding[key] === undefined) delete each[key];
        else each[key] = encoding[key];
      }
    }
    const { degradationPreference } = encoding;
    if (degradationPreference) parameters.degradationPreference = degradationPreference;
    else delete parameters.degradationPreference;
    await sender.setParameters(parameters);
  } catch {
    // Not negotiated yet, or ended: it is told again when it is connected.
  }
}
