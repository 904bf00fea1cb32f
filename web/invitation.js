// @ts-check
// The card with the link that viewers follow; loaded when it is shown first.
import { showLink } from './link-card.js';
import { loadStyle } from './load-style.js';
import { makeLink, reachableBase } from './make-link.js';
import { element } from './page.js';
import { either } from './timing.js';

/**
 * Shows the link to this camera until the person closes the card.
 *
 * @param {import('./identity.js').Identity & {key: string}} identity that viewers reach
 * @param {string[]} addresses of the server, the best first
 * @param {() => void} onstop called when the person wants nobody to follow it any more
 * @param {AbortSignal} signal
 */
export async function showInvitation(identity, addresses, onstop, signal) {
  const dialog = element('invitation', HTMLDialogElement);
  await loadStyle('link-card.css');
  if (dialog.open || signal.aborted) return;
  const closed = new AbortController();
  const both = either(signal, closed.signal);
  showLink(makeLink('receive.html', reachableBase(document.baseURI, addresses), 'from', identity), 'Watch a camera', both);
  dialog.addEventListener('close', () => closed.abort(), { signal });
  element('done', HTMLButtonElement).addEventListener('click', () => dialog.close(), { signal: both });
  element('unshow', HTMLButtonElement).addEventListener('click', () => {
    onstop();
    dialog.close();
  }, { signal: both });
  signal.addEventListener('abort', () => dialog.close(), { signal: closed.signal });
  dialog.showModal();
}
