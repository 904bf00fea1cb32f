// @ts-check

/**
 * Measures the milliseconds from the press of Start on one page to the first
 * frame on the other. Call it before the press; both pages are on one machine.
 *
 * @param {import('puppeteer-core').Page} sender
 * @param {import('puppeteer-core').Page} receiver
 * @returns {Promise<number>}
 */
export async function startToFrame(sender, receiver) {
  const pressed = sender.evaluate(() => new Promise((resolve) => {
    document.querySelector('#start')?.addEventListener('click', () => resolve(Date.now()), { capture: true, once: true });
  }));
  const shown = receiver.evaluate(() => new Promise((resolve) => {
    const video = /** @type {HTMLVideoElement} */ (document.querySelector('#preview'));
    const now = () => resolve(Date.now());
    video.requestVideoFrameCallback(now);
    // A page in the background is drawn once a second in Firefox, but decodes all the same.
    video.addEventListener('loadeddata', now, { once: true });
  }));
  return Number(await shown) - Number(await pressed);
}
