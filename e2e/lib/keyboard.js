// @ts-check
// The pages as somebody without a pointer meets them.

/** @typedef {import('puppeteer-core').Page} Page */

/**
 * Presses Tab through a page, from where the focus is until it comes round.
 *
 * @param {Page} page
 * @returns {Promise<{reached: string[], unseen: string[]}>} the controls in order, and those that did not show that they had the focus
 */
export async function tabThrough(page) {
  await page.bringToFront();
  /** @type {string[]} */
  const reached = [];
  const unseen = [];
  for (let left = 0; left < 2; ) {
    await page.keyboard.press('Tab');
    const { name, seen } = await page.evaluate(focused);
    if (reached.includes(name)) break;
    if (name === '') left++; // out of the page, and in again at its beginning
    else reached.push(name);
    if (name !== '' && !seen) unseen.push(name);
  }
  return { reached, unseen };
}

/**
 * Presses Tab until a control has the focus, or Shift and Tab to go back. Past
 * the last control headless Firefox leaves the page for good, so go back there.
 *
 * @param {Page} page
 * @param {string} id
 * @param {'Tab' | 'Shift+Tab'} [keys]
 */
export async function tabTo(page, id, keys = 'Tab') {
  await page.bringToFront();
  const passed = [];
  for (;;) {
    const { name } = await page.evaluate(focused);
    if (name === `#${id}`) return;
    if (passed.filter((other) => other === name).length > 2) throw new Error(`Tab does not reach #${id}, only ${passed}`);
    passed.push(name);
    if (keys === 'Shift+Tab') await page.keyboard.down('Shift');
    await page.keyboard.press('Tab');
    if (keys === 'Shift+Tab') await page.keyboard.up('Shift');
  }
}

/** The controls that are there for the keyboard, in the document's order. @param {Page} page */
export function controls(page) {
  return page.evaluate(() => {
    const modal = document.querySelector('dialog:modal') ?? document;
    const all = [...modal.querySelectorAll('a[href], button, input, select, summary, textarea, [tabindex]')];
    return all
      .filter((e) => /** @type {HTMLElement} */ (e).tabIndex >= 0 && !e.matches(':disabled') && e.checkVisibility())
      .map((e) => (e.id ? `#${e.id}` : (e.getAttribute('aria-label') ?? e.textContent ?? '').trim().replace(/\s+/g, ' ')));
  });
}

/**
 * Runs in the page: the control that has the focus, '' when none has, and
 * whether a person sees that: it, or what it stands in, is shown with a ring.
 */
function focused() {
  const control = document.activeElement;
  if (!control || control === document.body || control === document.documentElement) return { name: '', seen: false };
  const name = control.id ? `#${control.id}` : (control.getAttribute('aria-label') ?? control.textContent ?? '').trim().replace(/\s+/g, ' ');
  let ring = false;
  let opacity = 1;
  for (let e = /** @type {Element | null} */ (control), depth = 0; e; e = e.parentElement, depth++) {
    const style = getComputedStyle(e);
    opacity *= Number(style.opacity);
    ring ||= depth < 3 && style.outlineStyle !== 'none' && Number.parseFloat(style.outlineWidth) >= 2;
  }
  return { name, seen: ring && opacity > 0.9 };
}

/**
 * Keeps what a screen reader would say of the page's live regions, from now on.
 *
 * @param {Page} page
 * @returns {Promise<() => Promise<string[]>>} asks what it was
 */
export async function listen(page) {
  await page.evaluate(() => {
    /** @type {string[]} */
    const said = [];
    Reflect.set(window, 'said', said);
    const hear = () => {
      for (const region of document.querySelectorAll('[role=status], [role=alert], [aria-live=polite], [aria-live=assertive]')) {
        const text = region.checkVisibility() ? (region.textContent ?? '').trim().replace(/\s+/g, ' ') : '';
        if (text && !said.includes(text)) said.push(text);
      }
    };
    hear();
    new MutationObserver(hear).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
  });
  return () => page.evaluate(() => Reflect.get(window, 'said'));
}
