// @ts-check

/**
 * The beeps of a native test pattern, as a page hears them. They begin with
 * each full second of the clock that both ends have.
 *
 * @typedef {object} Beeps
 * @property {number[]} delays how late each one is heard, in milliseconds
 * @property {number} loud the highest sample of them, 1 at most
 * @property {number} quiet the highest sample between them
 */

/**
 * Listens for some beeps.
 *
 * @param {import('puppeteer-core').Page} page
 * @param {{beeps?: number, timeout?: number}} [options]
 * @returns {Promise<Beeps>}
 */
export function listen(page, { beeps = 5, timeout = 20_000 } = {}) {
  return page.evaluate(hear, beeps, timeout);
}

/**
 * Runs in the page.
 *
 * @param {number} wanted
 * @param {number} timeout
 * @returns {Promise<Beeps>}
 */
async function hear(wanted, timeout) {
  const video = /** @type {HTMLVideoElement} */ (document.querySelector('#preview'));
  const context = new AudioContext();
  await context.resume();
  const analyser = context.createAnalyser();
  analyser.fftSize = 4096;
  context.createMediaStreamSource(/** @type {MediaStream} */ (video.srcObject)).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  const threshold = 0.05;
  /** @type {Beeps} */
  const heard = { delays: [], loud: 0, quiet: 0 };
  const end = performance.now() + timeout;
  let last = 0;
  while (heard.delays.length < wanted && performance.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    analyser.getFloatTimeDomainData(samples);
    const now = Date.now();
    const onset = samples.findIndex((sample) => Math.abs(sample) > threshold);
    const peak = samples.reduce((highest, sample) => Math.max(highest, Math.abs(sample)), 0);
    if (onset < 0) {
      if (heard.delays.length > 0) heard.quiet = Math.max(heard.quiet, peak);
      continue;
    }
    heard.loud = Math.max(heard.loud, peak);
    // What began in an earlier buffer is no beginning.
    if (onset === 0 || now - last < 500) continue;
    last = now;
    heard.delays.push((now - (1000 * (samples.length - onset)) / context.sampleRate) % 1000);
  }
  await context.close();
  return heard;
}
