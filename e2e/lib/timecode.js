// @ts-check

/**
 * How late the picture of a native test pattern is on the page, in
 * milliseconds, for each new picture that is shown within a while. The time
 * stands in the picture (peer/source/timecode.go); both ends have one clock.
 *
 * @param {import('puppeteer-core').Page} page
 * @param {{pictures?: number, timeout?: number}} [options]
 * @returns {Promise<number[]>} none within timeout: an empty list
 */
export function delays(page, { pictures = 30, timeout = 15_000 } = {}) {
  return page.evaluate(watchDelays, pictures, timeout);
}

/**
 * Runs in the page.
 *
 * @param {number} wanted
 * @param {number} timeout
 * @returns {Promise<number[]>}
 */
async function watchDelays(wanted, timeout) {
  const video = /** @type {HTMLVideoElement} */ (document.querySelector('#preview'));
  const canvas = document.createElement('canvas');
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d', { willReadFrequently: true }));
  /** @type {Map<number, number>} */
  const seen = new Map();
  const end = performance.now() + timeout;
  while (seen.size < wanted && performance.now() < end) {
    await new Promise((resolve) => requestAnimationFrame(resolve));
    if (video.videoWidth === 0) continue;
    canvas.width = video.videoWidth;
    canvas.height = video.videoHeight;
    context.drawImage(video, 0, 0);
    const now = Date.now();
    const time = read(context.getImageData(0, 0, canvas.width, canvas.height));
    if (time !== null && !seen.has(time)) seen.set(time, now - time);
  }
  return [...seen.values()];

  /** @param {ImageData} image */
  function read({ data, width, height }) {
    let code = 0n;
    for (let i = 0; i < 64; i++) {
      const x = Math.floor(((i % 32) + 0.5) * (width / 32));
      const y = Math.floor((16.5 + Math.floor(i / 32)) * (height / 18));
      code = (code << 1n) | BigInt(data[4 * (y * width + x) + 1] > 127);
    }
    const time = code >> 16n;
    return (((time >> 32n) ^ (time >> 16n) ^ time ^ code ^ 0x5aa5n) & 0xffffn) === 0n ? Number(time) : null;
  }
}
