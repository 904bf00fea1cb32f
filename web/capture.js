// @ts-check
// The cameras and microphones of this device, and what can be wrong with them.

/**
 * Why there is no picture or sound to send: 'denied' by the person or the
 * browser's settings, 'dismissed' the browser's question was closed without an
 * answer, 'system' this device's settings deny it to the browser, 'none' there
 * is no such device, 'busy' another program has it, 'insecure' the page is not
 * from a secure address, 'unsupported' by this browser, 'gone' it was
 * unplugged, 'unknown'.
 *
 * @typedef {'denied' | 'dismissed' | 'system' | 'none' | 'busy' | 'insecure' | 'unsupported' | 'gone' | 'unknown'} CaptureProblem
 */

export class CaptureError extends Error {
  /**
   * @param {CaptureProblem} problem
   * @param {string} [detail] what the browser said
   */
  constructor(problem, detail = '') {
    super(detail || problem);
    this.name = 'CaptureError';
    this.problem = problem;
  }
}

/** The names of the errors of getUserMedia (W3C Media Capture, section 10.2), old names included. */
const PROBLEMS = /** @type {Record<string, CaptureProblem>} */ ({
  NotAllowedError: 'denied',
  PermissionDeniedError: 'denied',
  SecurityError: 'denied',
  NotFoundError: 'none',
  DevicesNotFoundError: 'none',
  OverconstrainedError: 'none',
  NotReadableError: 'busy',
  TrackStartError: 'busy',
  AbortError: 'busy',
});

/**
 * @param {unknown} error
 * @returns {CaptureProblem}
 */
export function problemOf(error) {
  if (error instanceof CaptureError) return error.problem;
  const { name = '', message = '' } = /** @type {{name?: string, message?: string}} */ (error ?? {});
  const problem = PROBLEMS[name] ?? 'unknown';
  if (problem !== 'denied') return problem;
  // Only Chromium's message tells these three apart.
  if (/by (the )?system/i.test(message)) return 'system';
  return /dismissed/i.test(message) ? 'dismissed' : 'denied';
}

/**
 * Checks what can be known before anybody is asked for permission.
 *
 * @param {{isSecureContext: boolean, RTCPeerConnection?: unknown, navigator: {mediaDevices?: unknown}}} window
 */
export function checkSupport(window) {
  if (!window.isSecureContext) throw new CaptureError('insecure');
  if (!window.RTCPeerConnection || !window.navigator.mediaDevices) throw new CaptureError('unsupported');
}

/**
 * Opens a camera.
 *
 * @param {MediaTrackConstraints} video
 * @returns {Promise<MediaStreamTrack>} rejects with a {@link CaptureError}
 */
export async function openCamera(video) {
  return (await open(() => navigator.mediaDevices.getUserMedia({ video }))).getVideoTracks()[0];
}

/**
 * Opens a microphone.
 *
 * @param {MediaTrackConstraints} audio
 * @returns {Promise<MediaStreamTrack>} rejects with a {@link CaptureError}
 */
export async function openMicrophone(audio) {
  return (await open(() => navigator.mediaDevices.getUserMedia({ audio }))).getAudioTracks()[0];
}

/** Whether this browser can share the screen. Phones mostly cannot. */
export function canShareScreen() {
  return typeof navigator.mediaDevices?.getDisplayMedia === 'function';
}

/**
 * Asks the person for a screen, window or tab to share; only within a press of theirs.
 *
 * @returns {Promise<{picture: MediaStreamTrack, sound: MediaStreamTrack | undefined}>} the sound where
 *   the browser gives any; rejects with a {@link CaptureError}
 */
export async function openScreen() {
  const stream = await open(() => navigator.mediaDevices.getDisplayMedia({ video: { frameRate: { ideal: 30 } }, audio: true }));
  return { picture: stream.getVideoTracks()[0], sound: stream.getAudioTracks()[0] };
}

/**
 * The cameras and microphones there are. Their labels are empty before permission was given.
 *
 * @returns {Promise<{cameras: MediaDeviceInfo[], microphones: MediaDeviceInfo[]}>}
 */
export async function listDevices() {
  const devices = await navigator.mediaDevices.enumerateDevices();
  return {
    cameras: devices.filter(({ kind }) => kind === 'videoinput'),
    microphones: devices.filter(({ kind }) => kind === 'audioinput'),
  };
}

/** @param {() => Promise<MediaStream>} ask */
async function open(ask) {
  checkSupport(globalThis);
  try {
    return await ask();
  } catch (error) {
    throw new CaptureError(problemOf(error), String(error));
  }
}
