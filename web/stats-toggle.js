// @ts-check
// The button that shows the statistics and hides them again.

/**
 * Makes a button show and hide the statistics. They are loaded at the first press.
 *
 * @param {HTMLButtonElement} button
 * @param {HTMLElement} host the element that the picture is in
 * @param {() => RTCPeerConnection | undefined} source the connection of the camera on the screen
 * @param {AbortSignal} signal of the page
 * @returns {() => void} what a press of the button does
 */
export function statsToggle(button, host, source, signal) {
  /** @type {AbortController | undefined} */
  let shown;
  const toggle = () => {
    if (shown) {
      const focused = host.querySelector('.stats')?.contains(document.activeElement);
      shown.abort(new DOMException('closed', 'AbortError'));
      shown = undefined;
      if (focused) button.focus(); // what had it is gone
    } else {
      shown = new AbortController();
      show(host, source, shown.signal, close).catch(close);
    }
    button.setAttribute('aria-pressed', String(shown !== undefined));
  };
  const close = () => {
    if (shown) toggle();
  };
  button.addEventListener('click', toggle, { signal });
  signal.addEventListener('abort', close);
  return toggle;
}

/** @type {typeof import('./stats-overlay.js').showStats} */
async function show(host, source, signal, onclose) {
  const { showStats } = await import('./stats-overlay.js');
  await showStats(host, source, signal, onclose);
}
