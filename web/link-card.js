// @ts-check
import { element, setText } from './page.js';
import { drawQR } from './qr.js';

/**
 * Shows a link in #qr and #link, with the buttons #copy and, where the browser
 * can, #share.
 *
 * @param {string} link
 * @param {string} title for the ones that it is shared with
 * @param {AbortSignal} signal ends the buttons' life
 */
export function showLink(link, title, signal) {
  const field = element('link', HTMLInputElement);
  const copy = element('copy', HTMLButtonElement);
  const share = element('share', HTMLButtonElement);
  field.value = link;
  element('qr', HTMLElement).replaceChildren(drawQR(link));
  copy.addEventListener('click', () => void copyFrom(field).then(() => setText(copy, 'Copied')), { signal });
  field.addEventListener('focus', () => field.select(), { signal });
  share.hidden = !('share' in navigator);
  // It rejects when the person thinks better of it.
  share.addEventListener('click', () => void navigator.share({ title, url: link }).catch(() => {}), { signal });
}

/** @param {HTMLInputElement} field */
async function copyFrom(field) {
  try {
    await navigator.clipboard.writeText(field.value);
  } catch {
    field.select(); // the browser does not allow it: the person can copy what is selected
    document.execCommand('copy');
  }
}
