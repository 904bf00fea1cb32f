// @ts-check
// Figures as people read them.

/** @typedef {import('./stats.js').Figures} Figures */

/** What stands where the browser does not say a figure. */
const UNKNOWN = '–';

/**
 * One line of the statistics: its name, the figure in words, and where its way
 * over time is drawn the number to draw, undefined while that is not known.
 *
 * @typedef {object} Row
 * @property {string} name
 * @property {string} text
 * @property {number | undefined} [drawn]
 */

/**
 * What a viewer's figures say, line by line; always the same lines.
 *
 * @param {Figures} figures
 * @returns {Row[]}
 */
export function rows(figures) {
  const { width, height, fps, bitrate, codec, roundTrip, jitterBuffer } = figures;
  return [
    { name: 'Resolution', text: width && height ? `${width} × ${height}` : UNKNOWN },
    { name: 'Frame rate', text: known(fps, (value) => `${Math.round(value)} fps`), drawn: fps },
    { name: 'Bitrate', text: known(bitrate, bitrateText), drawn: bitrate },
    { name: 'Codec', text: codec ?? UNKNOWN },
    { name: 'Round trip', text: known(roundTrip, timeText), drawn: roundTrip },
    { name: 'Jitter buffer', text: known(jitterBuffer, timeText), drawn: jitterBuffer },
    { name: 'Lost packets', text: lossText(figures) },
    { name: 'Freezes', text: freezesText(figures) },
    { name: 'Route', text: routeText(figures) },
    { name: 'Sound', text: soundText(figures) },
  ];
}

/**
 * "2.1 Mbit/s", "640 kbit/s".
 *
 * @param {number} bitrate in bit/s
 */
export function bitrateText(bitrate) {
  if (bitrate < 999_500) return `${Math.round(bitrate / 1000)} kbit/s`;
  return `${(bitrate / 1e6).toFixed(bitrate < 99.95e6 ? 1 : 0)} Mbit/s`;
}

/**
 * "23 ms", "1.2 s". Browsers count the shortest times in whole milliseconds, so 0 is less than one.
 *
 * @param {number} seconds
 */
function timeText(seconds) {
  if (seconds < 0.0005) return 'below 1 ms';
  return seconds < 0.9995 ? `${Math.round(seconds * 1000)} ms` : `${seconds.toFixed(1)} s`;
}

/**
 * @param {number | undefined} value
 * @param {(value: number) => string} text
 */
function known(value, text) {
  return value === undefined ? UNKNOWN : text(value);
}

/** @param {Figures} figures */
function lossText({ lost, lostShare }) {
  if (lost === undefined) return UNKNOWN;
  return lostShare ? `${lost}, now ${(lostShare * 100).toFixed(1)} %` : String(lost);
}

/** @param {Figures} figures */
function freezesText({ freezes, freezeTime }) {
  if (freezes === undefined) return UNKNOWN;
  return freezes && freezeTime ? `${freezes}, ${freezeTime.toFixed(1)} s in all` : String(freezes);
}

/** @param {Figures} figures */
function routeText({ route }) {
  if (!route) return UNKNOWN;
  const { kind, local, remote, protocol } = route;
  return [kind, local && remote ? `${local} to ${remote}` : '', protocol?.toUpperCase()].filter(Boolean).join(', ');
}

/** @param {Figures} figures */
function soundText({ audioCodec, audioBitrate, audioLevel }) {
  if (!audioCodec) return 'none';
  const level = audioLevel ? `${Math.round(20 * Math.log10(audioLevel))} dB` : 'silent';
  return [audioCodec, audioBitrate === undefined ? '' : bitrateText(audioBitrate), audioLevel === undefined ? '' : level].filter(Boolean).join(', ');
}
