// @ts-check
// What a peer connection says of itself, as figures for people. Browsers count
// (W3C, Identifiers for WebRTC's Statistics API, whose dictionaries and members
// are named below); rates are what was counted between two reads.
import { codecName } from './codec-name.js';
import { route, selectedPair } from './route.js';

/**
 * One object of a report; a browser may lack any member.
 *
 * @typedef {Record<string, any>} Stat
 *
 * A report by the ids of its objects: an RTCStatsReport, or a Map.
 *
 * @typedef {ReadonlyMap<string, Stat>} Report
 *
 * The side whose figures are read: what comes in at a viewer, or what a camera sends.
 *
 * @typedef {'inbound' | 'outbound'} Direction
 */

/**
 * The figures of one peer connection. Every one is undefined where the browser
 * does not say it; those marked * are of the time since the read before, and
 * undefined at the first.
 *
 * @typedef {object} Figures
 * @property {number} [width] of the last frame decoded or encoded, in pixels (frameWidth)
 * @property {number} [height] (frameHeight)
 * @property {number} [fps] frames decoded or encoded a second* (framesDecoded, framesEncoded); at the first read the browser's own (framesPerSecond)
 * @property {number} [bitrate] of the picture, RTP headers aside, in bit/s* (bytesReceived, bytesSent)
 * @property {string} [codec] of the picture (RTCCodecStats: mimeType, sdpFmtpLine)
 * @property {number} [roundTrip] to the other end and back, in seconds (RTCRemoteInboundRtpStreamStats: roundTripTime; RTCIceCandidatePairStats: currentRoundTripTime)
 * @property {number} [jitterBuffer] how long a frame waited to be decoded, in seconds* (jitterBufferDelay, jitterBufferEmittedCount)
 * @property {number} [lost] packets of the picture that never came, in all (packetsLost)
 * @property {number} [lostShare] of the packets, 0 to 1* (packetsLost, packetsReceived); of a camera as its viewer last reported (fractionLost)
 * @property {number} [freezes] times that the picture stood still for long (freezeCount)
 * @property {number} [freezeTime] how long in all, in seconds (totalFreezesDuration)
 * @property {import('./route.js').Route} [route] that media takes
 * @property {string} [audioCodec]
 * @property {number} [audioBitrate] in bit/s*
 * @property {number} [audioLevel] 0 to 1, linear (audioLevel)
 * @property {'none' | 'cpu' | 'bandwidth' | 'other'} [limitation] why a camera encodes less than it was given (qualityLimitationReason)
 */

/** Reads the figures of one peer connection, over and over. */
export class StatsReader {
  #pc;
  #direction;
  /** @type {Report | undefined} */
  #before;

  /**
   * @param {Pick<RTCPeerConnection, 'getStats'>} pc
   * @param {Direction} direction
   */
  constructor(pc, direction) {
    this.#pc = pc;
    this.#direction = direction;
  }

  /**
   * The figures now, with rates since the read before. Rejects as getStats does.
   *
   * @returns {Promise<Figures>}
   */
  async read() {
    /** @type {Report} */
    const report = new Map(await this.#pc.getStats());
    const figures = figuresOf(report, this.#before, this.#direction);
    this.#before = report;
    return figures;
  }
}

/**
 * The figures that two reports of one peer connection give.
 *
 * @param {Report} report
 * @param {Report | undefined} before the report before it
 * @param {Direction} direction
 * @returns {Figures}
 */
export function figuresOf(report, before, direction) {
  const video = stream(report, 'video', direction);
  const audio = stream(report, 'audio', direction);
  const since = growth(video, before);
  const remote = report.get(video?.remoteId);
  return {
    width: video?.frameWidth,
    height: video?.frameHeight,
    fps: since('framesDecoded') ?? since('framesEncoded') ?? video?.framesPerSecond,
    bitrate: bitrate(since),
    codec: codec(report, video),
    roundTrip: remote?.roundTripTime ?? selectedPair(report)?.currentRoundTripTime ?? report.get(audio?.remoteId)?.roundTripTime,
    jitterBuffer: ratio(since('jitterBufferDelay'), since('jitterBufferEmittedCount')),
    lost: video?.packetsLost ?? remote?.packetsLost,
    lostShare: remote?.fractionLost ?? lostShare(since('packetsLost'), since('packetsReceived')),
    freezes: video?.freezeCount,
    freezeTime: video?.totalFreezesDuration,
    route: route(report),
    audioCodec: codec(report, audio),
    audioBitrate: bitrate(growth(audio, before)),
    audioLevel: audio?.audioLevel ?? report.get(audio?.mediaSourceId)?.audioLevel,
    limitation: video?.qualityLimitationReason,
  };
}

/**
 * The stream of a kind; of several the busiest, which is the one in use.
 *
 * @param {Report} report
 * @param {'video' | 'audio'} kind
 * @param {Direction} direction
 * @returns {Stat | undefined}
 */
function stream(report, kind, direction) {
  const streams = [...report.values()].filter((stat) => stat.type === `${direction}-rtp` && stat.kind === kind);
  const bytes = (/** @type {Stat} */ stat) => stat.bytesReceived ?? stat.bytesSent ?? 0;
  return streams.sort((a, b) => bytes(b) - bytes(a))[0];
}

/**
 * How much a counter of a stream grew, a second.
 *
 * @param {Stat | undefined} now
 * @param {Report | undefined} before
 * @returns {(counter: string) => number | undefined}
 */
function growth(now, before) {
  const then = before?.get(now?.id);
  const seconds = now && then ? (now.timestamp - then.timestamp) / 1000 : 0;
  return (counter) => {
    const grown = now?.[counter] - then?.[counter];
    // packetsLost falls when a packet that was given up comes late: then nothing was lost.
    return seconds > 0 && !Number.isNaN(grown) ? Math.max(0, grown) / seconds : undefined;
  };
}

/** @param {ReturnType<typeof growth>} since */
function bitrate(since) {
  const bytes = since('bytesReceived') ?? since('bytesSent');
  return bytes === undefined ? undefined : bytes * 8;
}

/**
 * @param {Report} report
 * @param {Stat | undefined} stream
 */
function codec(report, stream) {
  const stat = report.get(stream?.codecId);
  return stat?.mimeType ? codecName(stat.mimeType, stat.sdpFmtpLine) : undefined;
}

/**
 * @param {number | undefined} part
 * @param {number | undefined} whole
 */
function ratio(part, whole) {
  return part !== undefined && whole ? part / whole : undefined;
}

/**
 * @param {number | undefined} lost
 * @param {number | undefined} received
 */
function lostShare(lost, received) {
  return ratio(lost, (lost ?? 0) + (received ?? 0));
}
