// @ts-check
// A still picture of a video. Loaded when the first one is taken.

/**
 * The frame on the screen, in its full size and the way up that it is shown.
 *
 * @param {HTMLVideoElement} video
 * @param {import('./picture.js').Turn} turn
 * @returns {Promise<Blob>} a PNG; rejects where there is no frame
 */
export async function snapshot(video, turn) {
  const { videoWidth: width, videoHeight: height } = video;
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = turn % 2 === 0 ? [width, height] : [height, width];
  const context = canvas.getContext('2d');
  if (!context || width === 0 || video.readyState < video.HAVE_CURRENT_DATA) throw new Error('no frame to take');
  context.translate(canvas.width / 2, canvas.height / 2);
  context.rotate((turn * Math.PI) / 2);
  context.drawImage(video, -width / 2, -height / 2);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('no picture came of it'))), 'image/png');
  });
}
