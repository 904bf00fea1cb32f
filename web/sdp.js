// @ts-check

const VIDEO_SECTION = /^m=video [\s\S]*?(?=^m=|(?![\s\S]))/gm;
const VIDEO_CODEC = /^a=rtpmap:(\d+) (?:VP8|VP9|H264|H265|AV1)\/.*\r?\n/gm;

/**
 * Tells libwebrtc, in the answer that the camera's end applies, at which
 * bitrate to begin. Its own beginning of 300 kbit/s makes it drop the first
 * frames and shrink the picture, which on a normal network costs 100 ms and
 * seconds of a coarse picture; its estimator corrects the guess either way.
 * Browsers of other makers ignore the parameter.
 *
 * @param {string} sdp an answer
 * @param {number} kbps kbit/s
 * @returns {string}
 */
export function withStartBitrate(sdp, kbps) {
  const parameter = `x-google-start-bitrate=${kbps}`;
  return sdp.replace(VIDEO_SECTION, (section) =>
    [...section.matchAll(VIDEO_CODEC)].reduce((changed, [rtpmap, type]) => {
      const fmtp = new RegExp(`^a=fmtp:${type} [^\r\n]*`, 'm');
      if (fmtp.test(changed)) return changed.replace(fmtp, (line) => `${line};${parameter}`);
      return changed.replace(rtpmap, `${rtpmap}a=fmtp:${type} ${parameter}\r\n`);
    }, section),
  );
}
