// @ts-check
// Full screen and picture in picture, in the forms that browsers have them.

/**
 * A video as Safari has it.
 *
 * @typedef {HTMLVideoElement & {
 *   webkitEnterFullscreen?: () => void,
 *   webkitSupportsPresentationMode?: (mode: string) => boolean,
 *   webkitSetPresentationMode?: (mode: string) => void,
 *   webkitPresentationMode?: string,
 * }} AppleVideo
 */

/** @param {AppleVideo} video */
export function canFillScreen(video) {
  return document.fullscreenEnabled || video.webkitEnterFullscreen !== undefined;
}

/**
 * Shows the whole page on the whole screen, or the video alone where the browser
 * allows no more; or ends that.
 *
 * @param {AppleVideo} video
 * @returns {Promise<void>} rejects when the browser refuses
 */
export async function toggleFullscreen(video) {
  if (document.fullscreenElement) await document.exitFullscreen();
  else if (document.fullscreenEnabled) await document.documentElement.requestFullscreen();
  else video.webkitEnterFullscreen?.();
}

/** @param {AppleVideo} video */
export function canPictureInPicture(video) {
  return document.pictureInPictureEnabled || video.webkitSupportsPresentationMode?.('picture-in-picture') === true;
}

/**
 * @param {AppleVideo} video
 * @returns {Promise<void>} rejects when the browser refuses
 */
export async function togglePictureInPicture(video) {
  if (!document.pictureInPictureEnabled) {
    const mode = video.webkitPresentationMode === 'picture-in-picture' ? 'inline' : 'picture-in-picture';
    video.webkitSetPresentationMode?.(mode);
  } else if (document.pictureInPictureElement === video) {
    await document.exitPictureInPicture();
  } else {
    await video.requestPictureInPicture();
  }
}
