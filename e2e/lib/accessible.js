// @ts-check
// What holds for every state of every page, on a phone and on a desk, dark and light:
// axe-core finds nothing, controls are large enough to touch and in reach of the keyboard,
// nothing moves for those who want no motion. Draws each look on the way, for people to look at.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { readFile } from 'node:fs/promises';
import test from 'node:test';
import { controls, tabThrough } from './keyboard.js';
import { LOOKS, draw, wear } from './looks.js';
import { STATES } from './states.js';

/** @typedef {import('puppeteer-core').Page} Page */

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** The least width and height of what is touched, in CSS pixels. */
const TOUCH = 44;

/**
 * A test for each of these states.
 *
 * @param {(name: string) => boolean} of whether a state is among them
 */
export function testStates(of) {
  for (const [name, bring] of Object.entries(STATES)) {
    if (!of(name)) continue;
    test(name, async (t) => {
      const page = await bring(t);
      await page.evaluate(axe);
      /** @type {Record<string, string[]>} */
      const found = {};
      for (const look of LOOKS) {
        await wear(page, look);
        await draw(page, `${name}-${look.name}`);
        const faults = [...(await violations(page)), ...(await page.evaluate(misfits, TOUCH))];
        if (faults.length > 0) found[look.name] = faults;
      }
      const there = await controls(page);
      const { reached, unseen } = await tabThrough(page);
      assert.deepEqual(found, {});
      assert.deepEqual(reached.toSorted(), there.toSorted(), 'Tab does not reach all controls, or others');
      assert.deepEqual(unseen, [], 'a control does not show that it has the focus');
    });
  }
}

/** What axe-core finds, one line for each element. @param {Page} page */
async function violations(page) {
  const results = await page.evaluate(
    (/** @type {string[]} */ values) =>
      Reflect.get(window, 'axe').run({ runOnly: { type: 'tag', values }, resultTypes: ['violations'], preload: false }),
    RULES,
  );
  return /** @type {import('axe-core').AxeResults} */ (results).violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 120)}: ${failureSummary}`),
  );
}

/**
 * Runs in the page: what is too small to touch, lies under something else, is
 * wider than the screen, or moves.
 *
 * @param {number} touch
 */
function misfits(touch) {
  const faults = [];
  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth > clientWidth) faults.push(`the page is ${scrollWidth} wide on a screen of ${clientWidth}`);
  if (document.getAnimations().length > 0) faults.push('something moves');
  const front = document.querySelector('dialog:modal') ?? document;
  for (const part of front.querySelectorAll('button:not(.enlarge), select, input, summary, a, h2, .qr')) {
    if (!part.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
    const name = part.outerHTML.slice(0, 80);
    const { left, top, right, bottom } = part.getBoundingClientRect();
    const { width, height } = (part.closest('label') ?? part).getBoundingClientRect(); // a label is pressed as its field is
    const inText = part instanceof HTMLAnchorElement && getComputedStyle(part).display === 'inline';
    if (!inText && !part.matches('h2') && (width < touch || height < touch)) faults.push(`${name} is ${width} × ${height}`);
    const shown = { left, top, right, bottom };
    for (let e = part.parentElement; e; e = e.parentElement) {
      if (getComputedStyle(e).overflowY === 'visible') continue;
      const box = e.getBoundingClientRect(); // what is scrolled out of it is not in anybody's way
      [shown.top, shown.bottom] = [Math.max(shown.top, box.top), Math.min(shown.bottom, box.bottom)];
    }
    if (shown.bottom - shown.top < 20) continue;
    for (const x of [shown.left + 9, shown.right - 9]) {
      for (const y of [shown.top + 9, shown.bottom - 9]) {
        const over = document.elementFromPoint(x, y); // null outside of the window
        if (over && !over.contains(part) && !part.contains(over)) faults.push(`${name} lies under ${over.outerHTML.slice(0, 80)}`);
      }
    }
  }
  return faults;
}
