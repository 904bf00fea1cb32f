// @ts-check
// The cameras and microphones of this device, and what can be wrong with them.

/**
 * Why there is no picture or sound to send: 'denied' by the person or the
 * browser's settings, 'none' there is no such device, 'busy' another program
 * has it, 'insecure' the page is not from a secure address, 'unsupported' by
 * this browser, 'gone' it was unplugged, 'unknown'.
 *
 * @typedef {'denied' | 'none' | 'busy' | 'insecure' | 'unsupported' | 'gone' | 'unknown'} CaptureProblem
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
  return PROBLEMS[/** @type {{name?: string}} */ (error)?.name ?? ''] ?? 'unknown';
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
 * @param {string} deviceId '' for the browser's choice
 * @returns {Promise<MediaStreamTrack>} rejects with a {@link CaptureError}
 */
export async function openCamera(deviceId) {
  const video = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } };
  // A camera that was chosen earlier may be away today: then any other will do.
  return open({ video: deviceId ? { ...video, deviceId: { ideal: deviceId } } : video });
}

/**
 * Opens the microphone.
 *
 * @returns {Promise<MediaStreamTrack>} rejects with a {@link CaptureError}
 */
export async function openMicrophone() {
  return open({ audio: true });
}

/**
 * The cameras there are. Their labels are empty before permission was given.
 *
 * @returns {Promise<MediaDeviceInfo[]>}
 */
export async function listCameras() {
  const devices = await navigator.mediaDevices.enumerateDevices();
  return devices.filter(({ kind }) => kind === 'videoinput');
}

/** @param {MediaStreamConstraints} constraints */
async function open(constraints) {
  checkSupport(globalThis);
  try {
    const stream = await navigator.mediaDevices.getUserMedia(constraints);
    return stream.getTracks()[0];
  } catch (error) {
    throw new CaptureError(problemOf(error), String(error));
  }
}
