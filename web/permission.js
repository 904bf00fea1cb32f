// @ts-check

/**
 * Opens a camera or microphone that was refused as soon as the person allows it
 * in the browser's settings.
 *
 * @param {import('./source.js').Source} source
 * @param {AbortSignal} signal
 */
export async function watchPermissions(source, signal) {
  const openAfter = (/** @type {string[]} */ ...refusals) => () => {
    if (refusals.includes(source.picture)) void source.open();
  };
  const microphone = () => {
    if (source.sound.problem === 'denied') source.sound.forgive();
  };
  await Promise.all([
    // What the system refused is not over because the browser allows it.
    onGranted('camera', openAfter('denied'), openAfter('denied', 'dismissed', 'system'), signal),
    onGranted('microphone', microphone, microphone, signal),
  ]);
}

/**
 * Calls back when the person allows a device in the browser's settings.
 *
 * @param {'camera' | 'microphone'} name
 * @param {() => void} isgranted it is allowed already: that may be new since this module was asked for
 * @param {() => void} ongranted
 * @param {AbortSignal} signal
 * @returns {Promise<void>} never rejects: a browser that does not tell leaves it to a press
 */
async function onGranted(name, isgranted, ongranted, signal) {
  try {
    const status = await navigator.permissions.query({ name: /** @type {PermissionName} */ (name) });
    if (signal.aborted) return;
    status.addEventListener('change', () => status.state === 'granted' && ongranted(), { signal });
    if (status.state === 'granted') isgranted();
  } catch {
    // It has no such question.
  }
}
