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
 * @returns {Promise<{duration: number, video: Stream, audio?: Stream}>}
 */
export async function decode(file) {
  const { stderr } = await run('ffmpeg', ['-v', 'error', '-i', file, '-vsync', 'vfr', '-f', 'null', '-'], { maxBuffer: 1 << 26 });
  assert.equal(stderr, '', `ffmpeg finds this wrong with ${file}`);
  const { stdout } = await run('ffprobe', ['-v', 'error', '-of', 'json', '-show_format', '-show_streams', '-show_packets', file], { maxBuffer: 1 << 28 });
  /** @type {{format: {duration: string}, streams: any[], packets: any[]}} */
  const { format, streams, packets } = JSON.parse(stdout);
  const told = streams.map((stream) => {
    const times = packets.filter((packet) => packet.stream_index === stream.index).map(({ pts_time }) => Number(pts_time));
    return { ...stream, packets: times.length, start: Math.min(...times), end: Math.max(...times) };
  });
  const video = told.find(({ codec_type }) => codec_type === 'video');
  assert.ok(video, `${file} has a picture`);
  return { duration: Number(format.duration), video, audio: told.find(({ codec_type }) => codec_type === 'audio') };
}

/**
 * When the square of a native test pattern flashes in a film, and when it
 * beeps, both with each full second. In seconds.
 *
 * @param {string} file
 * @returns {Promise<{flashes: number[], beeps: number[]}>}
 */
export async function flashesAndBeeps(file) {
  const square = 'crop=iw/16:ih/16:iw*29/32:ih*23/32';
  const picture = await run('ffmpeg', ['-v', 'error', '-i', file, '-vf', `${square},signalstats,metadata=mode=print:file=-`, '-an', '-vsync', 'vfr', '-f', 'null', '-'], { maxBuffer: 1 << 26 });
  const bright = [...picture.stdout.matchAll(/pts_time:([\d.]+)[^]*?YAVG=([\d.]+)/g)].map(([, time, luma]) => ({ time: Number(time), on: Number(luma) > 128 }));
  const flashes = bright.filter(({ on }, i) => on && i > 0 && !bright[i - 1].on).map(({ time }) => time);
  const sound = await run('ffmpeg', ['-i', file, '-vn', '-af', 'silencedetect=noise=-30dB:d=0.3', '-f', 'null', '-'], { maxBuffer: 1 << 26 });
  const beeps = [...sound.stderr.matchAll(/silence_end: ([\d.]+)/g)].map(([, time]) => Number(time));
  return { flashes, beeps };
}
