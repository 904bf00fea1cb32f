// @ts-check
// Files that a page gives the person, caught on their way.

/** @typedef {import('puppeteer-core').Page} Page */

/**
 * Keeps what the page offers for download from now on, also after it is reloaded.
 *
 * @param {Page} page
 */
export function catchDownloads(page) {
  return page.evaluateOnNewDocument(() => {
    /** @type {{name: string, blob: Blob}[]} */
    const saved = [];
    Reflect.set(window, 'saved', saved);
    /** @type {Map<string, Blob>} */
    const blobs = new Map();
    const make = URL.createObjectURL;
    URL.createObjectURL = (source) => {
      const url = make.call(URL, source);
      if (source instanceof Blob) blobs.set(url, source);
      return url;
    };
    HTMLAnchorElement.prototype.click = function () {
      const blob = blobs.get(this.href);
      if (blob) saved.push({ name: this.download, blob });
    };
  });
}

/** The names of what was saved. @param {Page} page @returns {Promise<string[]>} */
export function savedNames(page) {
  return page.evaluate(() => Reflect.get(window, 'saved').map((/** @type {{name: string}} */ { name }) => name));
}

/** The bytes of what was saved last. @param {Page} page */
export async function savedBytes(page) {
  const base64 = await page.evaluate(async () => {
    const { blob } = Reflect.get(window, 'saved').at(-1);
    const reader = new FileReader();
    await new Promise((resolve) => {
      reader.onload = resolve;
      reader.readAsDataURL(blob);
    });
    return String(reader.result).split(',').at(-1) ?? ''; // the type may have a comma as well
  });
  return Buffer.from(base64, 'base64');
}

/**
 * Plays a recording in a page, from its first frame to its end.
 *
 * @param {Page} page of any address
 * @param {Buffer} bytes
 * @param {string} type
 * @returns {Promise<{width: number, height: number, seconds: number}>} rejects when it cannot be played
 */
export function play(page, bytes, type) {
  return page.evaluate(async (base64, type) => {
    const content = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
    const video = document.createElement('video');
    video.muted = true;
    video.playbackRate = 4;
    video.src = URL.createObjectURL(new Blob([content], { type }));
    await new Promise((resolve, reject) => {
      video.onended = resolve;
      video.onerror = () => reject(new Error(video.error?.message));
      video.play().catch(reject);
    });
    return { width: video.videoWidth, height: video.videoHeight, seconds: video.currentTime };
  }, bytes.toString('base64'), type);
}
