// @ts-check
// Figures from reports that Chromium 156 and Firefox 153 gave, a second apart,
// shortened to what is read of them.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import test from 'node:test';
import { StatsReader, figuresOf } from '../../web/stats.js';

/** @typedef {import('../../web/stats.js').Stat} Stat */

/**
 * The two reports of a recording.
 *
 * @param {string} name
 * @returns {Promise<Map<string, Stat>[]>}
 */
async function recorded(name) {
  /** @type {Stat[][]} */
  const reads = JSON.parse(await readFile(new URL(`../fixtures/stats/${name}.json`, import.meta.url), 'utf8'));
  return reads.map(reportOf);
}

/** @param {Stat[]} stats */
function reportOf(stats) {
  return new Map(stats.map((stat) => [stat.id, stat]));
}

/** @param {number | undefined} value @param {number} digits */
const rounded = (value, digits) => value && Number(value.toFixed(digits));

const direct = { kind: 'direct', local: 'host', remote: 'host', protocol: 'udp' };
const common = { width: 960, height: 540, codec: 'VP8', lost: 0, lostShare: 0, audioCodec: 'Opus' };

for (const [name, direction, want] of /** @type {const} */ ([
  ['chromium-inbound', 'inbound', { ...common, fps: 24.6, bitrate: 677736, roundTrip: 0, jitterBuffer: 0.103, freezes: 0, freezeTime: 0, route: direct, audioBitrate: 23442, audioLevel: 0, limitation: undefined }],
  ['chromium-outbound', 'outbound', { ...common, fps: 12, bitrate: 339048, roundTrip: 0.002, jitterBuffer: undefined, freezes: undefined, freezeTime: undefined, route: direct, audioBitrate: 25246, audioLevel: 0.25, limitation: 'bandwidth' }],
  ['firefox-inbound', 'inbound', { ...common, fps: 9.5, bitrate: 65725, roundTrip: 0, jitterBuffer: 0.042, freezes: 0, freezeTime: 0, route: direct, audioBitrate: 56266, audioLevel: 0.1, limitation: undefined }],
  ['firefox-outbound', 'outbound', { ...common, fps: 20.9, bitrate: 107625, roundTrip: 0.002, jitterBuffer: undefined, freezes: undefined, freezeTime: undefined, route: { ...direct, remote: 'prflx' }, audioBitrate: 64207, audioLevel: undefined, limitation: undefined }],
])) {
  test(`the figures of ${name}`, async () => {
    const [before, now] = await recorded(name);
    const figures = figuresOf(now, before, direction);
    assert.deepEqual(
      {
        ...figures,
        fps: rounded(figures.fps, 1),
        bitrate: rounded(figures.bitrate, 0),
        roundTrip: rounded(figures.roundTrip, 3),
        jitterBuffer: rounded(figures.jitterBuffer, 3),
        audioBitrate: rounded(figures.audioBitrate, 0),
        audioLevel: rounded(figures.audioLevel, 2),
      },
      want,
    );
  });
}

test('the first read has no rates, but what the browser says of itself', async () => {
  const reports = await recorded('chromium-inbound');
  const pc = { getStats: async () => /** @type {RTCStatsReport} */ (/** @type {unknown} */ (reports.shift())) };
  const reader = new StatsReader(pc, 'inbound');
  const first = await reader.read();
  assert.deepEqual([first.width, first.bitrate, first.jitterBuffer, first.lostShare], [960, undefined, undefined, undefined]);
  assert.ok(first.fps);
  assert.equal(rounded((await reader.read()).bitrate, 0), 677736);
});

test('nothing is known of an empty report', () => {
  for (const direction of /** @type {const} */ (['inbound', 'outbound'])) {
    assert.ok(Object.values(figuresOf(new Map(), new Map(), direction)).every((figure) => figure === undefined));
  }
});

/** @param {object} members */
const inbound = (members) => reportOf([{ id: 'v', type: 'inbound-rtp', kind: 'video', ...members }]);

test('lost packets are those of the last second, and one that comes late is none', () => {
  const before = inbound({ timestamp: 1000, packetsLost: 100, packetsReceived: 1000 });
  const after = (/** @type {number} */ packetsLost) => inbound({ timestamp: 2000, packetsLost, packetsReceived: 1090 });
  assert.equal(figuresOf(after(110), before, 'inbound').lostShare, 0.1);
  assert.equal(figuresOf(after(110), before, 'inbound').lost, 110);
  assert.equal(figuresOf(after(99), before, 'inbound').lostShare, 0);
});

test('a picture that stands still has 0 frames a second, and waits for nothing', () => {
  const at = (/** @type {number} */ timestamp) => inbound({ timestamp, framesDecoded: 30, framesPerSecond: 30, bytesReceived: 5000, jitterBufferDelay: 3, jitterBufferEmittedCount: 30 });
  const { fps, bitrate, jitterBuffer } = figuresOf(at(2000), at(1000), 'inbound');
  assert.deepEqual({ fps, bitrate, jitterBuffer }, { fps: 0, bitrate: 0, jitterBuffer: undefined });
});

test('a stream that is new since the last read has no rates yet', () => {
  const before = reportOf([{ id: 'other', type: 'inbound-rtp', kind: 'video', timestamp: 1000, bytesReceived: 9000 }]);
  assert.equal(figuresOf(inbound({ timestamp: 2000, bytesReceived: 100 }), before, 'inbound').bitrate, undefined);
});

test('of several streams the busiest counts', () => {
  const report = reportOf([
    { id: 'idle', type: 'inbound-rtp', kind: 'video', bytesReceived: 0 },
    { id: 'v', type: 'inbound-rtp', kind: 'video', bytesReceived: 10, frameWidth: 640 },
  ]);
  assert.equal(figuresOf(report, undefined, 'inbound').width, 640);
});
