// @ts-check
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * What ffprobe says of one stream of a film.
 *
 * @typedef {{codec_type: string, codec_name: string, width?: number, height?: number, packets: number, start: number, end: number}} Stream
 */

/**
 * Decodes a whole film with ffmpeg, which must find nothing wrong, and tells
 * what is in it. Times are in seconds.
 *
 * @param {string} file
 * @returns {Promise<{video: Stream, audio?: Stream}>}
 */
export async function decode(file) {
  const { stderr } = await run('ffmpeg', ['-v', 'error', '-i', file, '-vsync', 'vfr', '-f', 'null', '-'], { maxBuffer: 1 << 26 });
  assert.equal(stderr, '', `ffmpeg finds this wrong with ${file}`);
  const { stdout } = await run('ffprobe', ['-v', 'error', '-of', 'json', '-show_streams', '-show_packets', file], { maxBuffer: 1 << 28 });
  /** @type {{streams: any[], packets: any[]}} */
  const { streams, packets } = JSON.parse(stdout);
  const told = streams.map((stream) => {
    const times = packets.filter((packet) => packet.stream_index === stream.index).map(({ pts_time }) => Number(pts_time));
    return { ...stream, packets: times.length, start: Math.min(...times), end: Math.max(...times) };
  });
  const video = told.find(({ codec_type }) => codec_type === 'video');
  assert.ok(video, `${file} has a picture`);
  return { video, audio: told.find(({ codec_type }) => codec_type === 'audio') };
}
