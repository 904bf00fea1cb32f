// @ts-check
// The card with the link that viewers follow; loaded when it is shown first.
import { showLink } from './link-card.js';
import { makeLink } from './links.js';
import { loadStyle } from './load-style.js';
import { element } from './page.js';

/**
 * Shows the link to this camera until the person closes the card.
 *
 * @param {import('./identity.js').Identity & {key: string}} identity that viewers reach
 * @param {string} base where others open this server's pages
 * @param {() => void} onstop called when the person wants nobody to follow it any more
 * @param {AbortSignal} signal
 */
export async function showInvitation(identity, base, onstop, signal) {
  const dialog = element('invitation', HTMLDialogElement);
  await loadStyle('link-card.css');
  if (dialog.open || signal.aborted) return;
  const closed = new AbortController();
  const both = AbortSignal.any([signal, closed.signal]);
  showLink(makeLink('receive.html', base, 'from', identity), 'Watch a camera', both);
  dialog.addEventListener('close', () => closed.abort(), { signal });
  element('done', HTMLButtonElement).addEventListener('click', () => dialog.close(), { signal: both });
  element('unshow', HTMLButtonElement).addEventListener('click', () => {
    onstop();
    dialog.close();
  }, { signal: both });
  signal.addEventListener('abort', () => dialog.close(), { signal: closed.signal });
  dialog.showModal();
}
