// @ts-check
import { element, setText } from './page.js';
import { meaning } from './shortcuts.js';

/** @typedef {import('./shortcuts.js').Action} Action */

/** The controls hide when nobody has moved for this long. In milliseconds. */
const HIDE = 3000;

/** How long a notice can be read. In milliseconds. */
const NOTICE = 6000;

/**
 * @typedef {object} ControlsOptions
 * @property {Record<Action, () => void>} actions what the buttons and the keys do
 * @property {(camera: number) => void} onchoose called with a digit's number, or 0 for Escape
 * @property {() => boolean} keys whether single keys are listened to
 */

/** The bar below the picture, and the keys that do the same. Everything ends with the signal. */
export class Controls {
  #options;
  #signal;
  #panel = element('panel', HTMLElement);
  #more = element('more', HTMLButtonElement);
  #notice = element('notice', HTMLElement);
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #hideTimer;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #noticeTimer;

  /**
   * @param {ControlsOptions} options
   * @param {AbortSignal} signal
   */
  constructor(options, signal) {
    this.#options = options;
    this.#signal = signal;
    for (const event of ['pointermove', 'pointerdown', 'keydown', 'focusin']) addEventListener(event, () => this.wake(), { signal });
    for (const event of ['pointerdown', 'keydown']) addEventListener(event, () => (this.#notice.hidden = true), { signal });
    addEventListener('keydown', (event) => this.#key(event), { signal });
    for (const button of this.#panel.querySelectorAll('button')) {
      const action = /** @type {Action | undefined} */ (button.dataset.action);
      if (action) button.addEventListener('click', () => options.actions[action](), { signal });
    }
    this.#more.addEventListener('click', () => this.#unfold(!this.#unfolded), { signal });
    addEventListener('pointerdown', ({ target }) => {
      if (target instanceof Node && !this.#panel.contains(target)) this.#unfold(false);
    }, { signal });
    signal.addEventListener('abort', () => {
      clearTimeout(this.#hideTimer);
      clearTimeout(this.#noticeTimer);
    });
    this.wake();
  }

  /** Shows the controls, until nobody has moved for a while. */
  wake() {
    if (this.#signal.aborted) return;
    document.body.classList.remove('still');
    clearTimeout(this.#hideTimer);
    this.#hideTimer = setTimeout(() => {
      if (this.#inUse()) this.wake();
      else document.body.classList.add('still');
    }, HIDE);
  }

  /** Says something for a while. @param {string} text */
  notify(text) {
    if (this.#signal.aborted) return;
    this.#notice.hidden = false;
    setText(this.#notice, text);
    clearTimeout(this.#noticeTimer);
    this.#noticeTimer = setTimeout(() => (this.#notice.hidden = true), NOTICE);
  }

  /**
   * @param {Action} action
   * @param {{pressed?: boolean, disabled?: boolean, hidden?: boolean}} state
   */
  set(action, { pressed, disabled, hidden }) {
    const button = element(action, HTMLButtonElement);
    if (pressed !== undefined) button.setAttribute('aria-pressed', String(pressed));
    if (disabled !== undefined) button.setAttribute('aria-disabled', String(disabled));
    if (hidden !== undefined) button.hidden = hidden;
  }

  get #unfolded() {
    return this.#panel.classList.contains('unfolded');
  }

  /** Whether hiding would take something from under the person's hands. */
  #inUse() {
    return this.#unfolded || document.querySelector('dialog[open], .bar :focus-visible, .panel :focus-visible') !== null;
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const { target, key } = event;
    if (document.querySelector('dialog[open]') || (target instanceof Element && target.closest('input, select, textarea'))) return;
    if (key === 'Escape' && this.#unfolded) {
      this.#unfold(false);
      this.#more.focus();
      return;
    }
    const meant = meaning(event);
    if (meant === undefined || (meant !== 0 && !this.#options.keys())) return;
    if (typeof meant === 'number') this.#options.onchoose(meant);
    else this.#options.actions[meant]();
  }

  /** @param {boolean} open */
  #unfold(open) {
    this.#more.setAttribute('aria-expanded', String(open));
    this.#panel.classList.toggle('unfolded', open);
  }
}
