// @ts-check
import { sleep } from './timing.js';

/** After this long the browser has the file, however slow the disk. In milliseconds. */
const KEPT = 60_000;

/**
 * Gives the person a file, as a download.
 *
 * @param {Blob} content
 * @param {string} name
 * @param {AbortSignal} signal of the page
 */
export function download(content, name, signal) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  void sleep(KEPT, signal)
    .catch(() => {}) // the page went away
    .finally(() => URL.revokeObjectURL(link.href));
}
