// @ts-check
// The figures beside the send page's status, loaded once somebody watches.
import { setText } from './page.js';
import { StatsReader } from './stats.js';
import { Limits, summary } from './summary.js';
import { sleep } from './timing.js';

/** Between two reads, in milliseconds. */
const EVERY = 1000;

/**
 * Shows what is sent, once a second while the page can be seen, until the signal
 * fires. Neither place is announced as a status each time: figures change all the time.
 *
 * @param {{figures: HTMLElement, limit: HTMLElement}} places for the figures, and for why they are not better
 * @param {() => RTCPeerConnection[]} connections of those that watch now
 * @param {AbortSignal} signal
 */
export async function showFigures({ figures, limit }, connections, signal) {
  /** @type {Map<RTCPeerConnection, StatsReader>} */
  let readers = new Map();
  const limits = new Limits();
  while (!signal.aborted) {
    if (!document.hidden) {
      readers = new Map(connections().map((pc) => [pc, readers.get(pc) ?? new StatsReader(pc, 'outbound')]));
      const read = await readAll(readers.values());
      setText(figures, summary(read));
      setText(limit, limits.say(read));
    }
    await sleep(EVERY, signal).catch(() => {}); // the page went away
  }
}

/** @param {Iterable<StatsReader>} readers */
async function readAll(readers) {
  const settled = await Promise.allSettled([...readers].map((reader) => reader.read()));
  // A connection that closed in between has no figures.
  return settled.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
}
