// @ts-check
import { sleep } from './timing.js';

/** A picture that shows no new frame for this long after the page came to the front is taken up anew. In milliseconds. */
const PATIENCE = 1000;

/**
 * Brings pictures up to date when the page comes back to the front. Streams are
 * never behind, since browsers show the newest frame of one; but some pause a
 * video in the background, or leave it standing until it is attached again.
 *
 * @param {() => HTMLVideoElement[]} videos those with a live picture
 * @param {AbortSignal} signal
 */
export function catchUp(videos, signal) {
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) return;
    for (const video of videos()) void revive(video, signal).catch(() => {}); // the page went away, or play waits for a tap
  }, { signal });
}

/**
 * @param {HTMLVideoElement} video
 * @param {AbortSignal} signal
 */
async function revive(video, signal) {
  const before = video.currentTime;
  if (video.paused) await video.play();
  await sleep(PATIENCE, signal);
  const stream = video.srcObject;
  if (document.hidden || !stream || video.currentTime !== before) return;
  video.srcObject = null;
  video.srcObject = stream;
  await video.play();
}
