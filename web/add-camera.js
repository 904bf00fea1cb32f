// @ts-check
import { element } from './page.js';

/** The button that shows the QR code again while there is a picture, in a sheet over it. */
export class AddCamera {
  #button = element('add', HTMLButtonElement);
  #sheet = element('adding', HTMLDialogElement);

  /** @param {AbortSignal} signal */
  constructor(signal) {
    const invitation = element('invitation', HTMLElement);
    const home = invitation.parentElement;
    const sheet = this.#sheet;
    this.#button.addEventListener('click', () => {
      sheet.prepend(invitation);
      sheet.showModal();
    }, { signal });
    sheet.addEventListener('close', () => home?.prepend(invitation), { signal });
    element('added', HTMLButtonElement).addEventListener('click', () => sheet.close(), { signal });
  }

  /** There is a link to show. */
  offer() {
    this.#button.hidden = false;
  }

  close() {
    this.#sheet.close();
  }
}
