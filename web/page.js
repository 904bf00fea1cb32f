// @ts-check
// What the pages share: finding their elements, showing a view, and living
// from one pagehide to the next.

/**
 * The element with an id, which must be of the given class.
 *
 * @template {HTMLElement} T
 * @param {string} id
 * @param {new () => T} type
 * @returns {T}
 */
export function element(id, type) {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`no ${type.name} #${id} on this page`);
  return found;
}

/**
 * Sets a text, unless it is there already: screen readers announce changes.
 *
 * @param {HTMLElement} target
 * @param {string} text
 */
export function setText(target, text) {
  if (target.textContent !== text) target.textContent = text;
}

/**
 * Shows a view in the elements that every page has: #status, #hint, #note and #trouble.
 *
 * @param {import('./shared-words.js').View} view
 */
export function show({ tone, status, hint, note, trouble }) {
  document.body.dataset.tone = tone;
  setText(element('status', HTMLElement), status);
  setText(element('hint', HTMLElement), hint);
  setText(element('note', HTMLElement), note);
  element('trouble', HTMLElement).hidden = trouble === null;
  if (!trouble) return;
  setText(element('what', HTMLElement), trouble.what);
  setText(element('todo', HTMLElement), trouble.todo);
  setText(element('action', HTMLElement), trouble.label);
  element('action', HTMLElement).dataset.action = trouble.action;
}

/**
 * Runs open when the page is shown and what it returned when the page goes
 * away, also when the browser keeps the page and shows it again later.
 *
 * @param {() => () => void} open
 */
export function live(open) {
  let close = open();
  addEventListener('pagehide', () => close());
  addEventListener('pageshow', ({ persisted }) => {
    if (persisted) close = open();
  });
}

/**
 * Calls nudge when the network may be back: the browser says so, or the page
 * comes to the front again after its timers may have slept.
 *
 * @param {() => void} nudge
 * @param {AbortSignal} signal
 */
export function onNetworkBack(nudge, signal) {
  addEventListener('online', nudge, { signal });
  // From Wi-Fi to mobile and back, where the browser says so (Network Information API).
  const { connection } = /** @type {{connection?: EventTarget}} */ (navigator);
  connection?.addEventListener('change', nudge, { signal });
  let hidden = 0;
  document.addEventListener(
    'visibilitychange',
    () => {
      if (document.hidden) hidden = performance.now();
      else if (performance.now() - hidden > 20_000) nudge();
    },
    { signal },
  );
}

/** Another link in this tab's address is another page. */
export function reloadOnLink() {
  addEventListener('hashchange', () => location.reload());
}

/** The address of another page of this server. @param {string} page */
export function address(page) {
  return new URL(page, document.baseURI).href;
}

/**
 * What the server says of itself. A server that only serves pages says nothing,
 * and has a lobby as all do by default.
 *
 * @param {AbortSignal} signal
 * @returns {Promise<{lobby: boolean, addresses: string[]}>} addresses: where others open it, as far as it says
 */
export async function serverConfig(signal) {
  try {
    const response = await fetch('config.json', { signal, cache: 'no-store' });
    const config = response.ok ? await response.json() : {};
    return { lobby: config.lobby !== false, addresses: Array.isArray(config.addresses) ? config.addresses.map(String) : [] };
  } catch {
    return { lobby: true, addresses: [] };
  }
}
