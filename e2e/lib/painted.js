// @ts-check

/**
 * Runs in a page, before its own scripts: two cameras with names, which show a
 * painted evening instead of a test pattern. For pictures that people look at.
 */
export function paintedCameras() {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [1280, 720];
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));

  /** @param {number} base @param {number} height @param {number} wave @param {string} colour */
  const hill = (base, height, wave, colour) => {
    context.fillStyle = colour;
    context.beginPath();
    context.moveTo(0, 720);
    for (let x = 0; x <= 1280; x += 8) context.lineTo(x, base - height * Math.sin(x / wave + base));
    context.lineTo(1280, 720);
    context.fill();
  };
  const paint = () => {
    const sky = context.createLinearGradient(0, 0, 0, 560);
    [['#28406b', 0], ['#c9687a', 0.6], ['#f7b267', 1]].forEach(([colour, at]) => sky.addColorStop(Number(at), String(colour)));
    context.fillStyle = sky;
    context.fillRect(0, 0, 1280, 720);
    context.fillStyle = '#ffe3a3';
    context.beginPath();
    context.arc(690, 400 + 4 * Math.sin(performance.now() / 2000), 64, 0, 7);
    context.fill();
    hill(470, 50, 190, '#5c4a72');
    hill(540, 40, 130, '#3b3a5e');
    hill(620, 30, 90, '#1f2a44');
  };
  setInterval(paint, 33);

  const media = navigator.mediaDevices;
  const names = ['Back camera', 'Front camera'];
  media.enumerateDevices = async () => names.map((label, i) => ({ deviceId: String(i), groupId: '', kind: 'videoinput', label, toJSON: () => ({}) }));
  media.getUserMedia = async () => {
    paint();
    const stream = canvas.captureStream(30);
    Object.defineProperty(stream.getVideoTracks()[0], 'label', { value: names[0] });
    return stream;
  };
}
