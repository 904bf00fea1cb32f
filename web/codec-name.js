// @ts-check
// Codecs by the names that people know.

/** @type {Record<string, string>} */
const NAMES = { h264: 'H.264', h265: 'H.265', opus: 'Opus', pcmu: 'G.711', pcma: 'G.711', g722: 'G.722' };

/** The profiles of H.264 by profile_idc and constraint flags (RFC 6184, section 8.1), the narrower first. */
const H264_PROFILES = /** @type {const} */ ([
  [/^42[4-7c-f]/, 'Constrained Baseline'],
  [/^42/, 'Baseline'],
  [/^4d/, 'Main'],
  [/^640c/, 'Constrained High'],
  [/^64/, 'High'],
]);

/**
 * The name of a codec, and its profile where that says something: "VP8",
 * "H.264 Constrained Baseline", "VP9 profile 2".
 *
 * @param {string} mimeType of RTCCodecStats, such as "video/VP8"
 * @param {string} [parameters] its sdpFmtpLine
 */
export function codecName(mimeType, parameters = '') {
  const subtype = mimeType.slice(mimeType.indexOf('/') + 1);
  const name = NAMES[subtype.toLowerCase()] ?? subtype;
  const profile = profileName(subtype.toLowerCase(), parameters);
  return profile ? `${name} ${profile}` : name;
}

/**
 * @param {string} subtype
 * @param {string} parameters
 */
function profileName(subtype, parameters) {
  if (subtype === 'h264') {
    const id = /profile-level-id=([0-9a-f]{6})/i.exec(parameters)?.[1].toLowerCase() ?? '';
    return H264_PROFILES.find(([pattern]) => pattern.test(id))?.[1] ?? '';
  }
  // Profile 0 is what everybody has (draft-ietf-payload-vp9, RFC 9628; AV1's payload format).
  const number = /(?:profile-id|profile)=(\d+)/.exec(parameters)?.[1] ?? '0';
  return (subtype === 'vp9' || subtype === 'av1') && number !== '0' ? `profile ${number}` : '';
}
