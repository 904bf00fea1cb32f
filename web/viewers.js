// @ts-check
import { loadStyle } from './load-style.js';
import { setText } from './page.js';

/** @type {Record<import('./receiver.js').ReceiverState, string>} */
const STATES = { waiting: 'away', connecting: 'connecting…', live: 'watching', reconnecting: 'reconnecting…' };

/** The number that each viewer keeps for as long as the page lives. @type {Map<string, number>} */
const numbers = new Map();

/** Gives {@link showViewers} once the list can look as it should. */
export async function viewersList() {
  await loadStyle('viewers.css');
  return showViewers;
}

/**
 * Lists a camera's viewers with their states, each with a button that ends it.
 *
 * @param {HTMLUListElement} list
 * @param {import('./camera.js').Camera} [camera]
 */
function showViewers(list, camera) {
  const receivers = camera?.receivers ?? [];
  const items = new Map([...list.children].map((item) => [/** @type {HTMLElement} */ (item).dataset.id, item]));
  for (const { id, state } of receivers) {
    const item = items.get(id) ?? newItem(list, id, () => camera?.disconnect(id));
    items.delete(id);
    setText(/** @type {HTMLElement} */ (item.firstElementChild), `Viewer ${numbers.get(id)}: ${STATES[state]}`);
  }
  for (const gone of items.values()) gone.remove();
}

/**
 * @param {HTMLUListElement} list
 * @param {string} id
 * @param {() => void} disconnect
 */
function newItem(list, id, disconnect) {
  if (!numbers.has(id)) numbers.set(id, numbers.size + 1);
  const item = document.createElement('li');
  item.dataset.id = id;
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'quiet';
  button.textContent = 'Disconnect';
  button.setAttribute('aria-label', `Disconnect viewer ${numbers.get(id)}`);
  button.addEventListener('click', disconnect);
  item.append(document.createElement('span'), button);
  list.append(item);
  return item;
}
