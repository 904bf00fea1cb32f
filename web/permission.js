// @ts-check

/**
 * Calls back when the person allows a device in the browser's settings.
 *
 * @param {'camera' | 'microphone'} name
 * @param {() => void} ongranted
 * @param {AbortSignal} signal
 * @returns {Promise<void>} never rejects: a browser that does not tell leaves it to a press
 */
export async function onGranted(name, ongranted, signal) {
  try {
    const status = await navigator.permissions.query({ name: /** @type {PermissionName} */ (name) });
    if (signal.aborted) return;
    status.addEventListener('change', () => status.state === 'granted' && ongranted(), { signal });
  } catch {
    // It has no such question.
  }
}
