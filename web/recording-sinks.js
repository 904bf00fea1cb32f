// @ts-check
// Where recordings go: to a file as they grow where the browser has File System
// Access, else into memory and out as a download.

/** @typedef {import('./recording.js').Sink} Sink */

/** As much as a page may keep; browsers move large blobs from memory to the disk themselves. In bytes. */
const MOST = 2 ** 31;

/**
 * Asks the person for a file, where the browser lets a page write to one.
 *
 * @param {string} name to propose
 * @returns {Promise<FileSystemFileHandle | 'none' | 'cancelled'>}
 */
export async function askForFile(name) {
  const { showSaveFilePicker } = /** @type {{showSaveFilePicker?: (options: object) => Promise<FileSystemFileHandle>}} */ (globalThis);
  if (!showSaveFilePicker) return 'none';
  try {
    return await showSaveFilePicker({ suggestedName: name });
  } catch (error) {
    return error instanceof DOMException && error.name === 'AbortError' ? 'cancelled' : 'none';
  }
}

/**
 * A file on the disk.
 *
 * @param {FileSystemFileHandle} handle
 * @returns {Promise<Sink>}
 */
export async function fileSink(handle) {
  const file = await handle.createWritable();
  return { write: (chunk) => file.write(chunk), finish: () => file.close() };
}

/**
 * Memory, and in the end whoever takes all of it.
 *
 * @param {(whole: Blob) => void} give called with what there is, if there is any
 * @param {string} type
 * @param {number} [most] in bytes
 * @returns {Sink}
 */
export function memorySink(give, type, most = MOST) {
  /** @type {Blob[]} */
  const chunks = [];
  let bytes = 0;
  return {
    async write(chunk) {
      if (bytes + chunk.size > most) throw new RangeError('too much to keep');
      bytes += chunk.size;
      chunks.push(chunk);
    },
    async finish() {
      if (bytes > 0) give(new Blob(chunks, { type }));
    },
  };
}
