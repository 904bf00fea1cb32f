// @ts-check
// The modules that a page loads when it opens, and its list of them. Without the
// list a browser finds them one import after the other, a round trip for each.
import { readFile } from 'node:fs/promises';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';

const WEB = fileURLToPath(new URL('../../web/', import.meta.url));

/** The pages that have scripts. */
export const PAGES = ['receive.html', 'send.html'];

/** The links of a page's list, with the spaces before and the line's end. */
const LINKS = /^ *<link rel="modulepreload" href="([^"]+)">\n/gm;

/** A static import or re-export, over one line or several; import() is loaded when it is needed. */
const IMPORTS = /^(?:import|export)\s[^'";]*?from '(\.[^']+)'|^import '(\.[^']+)'/gm;

/** @param {string} name of a file in web/ */
export function readWeb(name) {
  return readFile(WEB + name, 'utf8');
}

/** What a page lists. @param {string} html */
export function listed(html) {
  return [...html.matchAll(LINKS)].map(([, href]) => href);
}

/**
 * The page with its list as it has to be.
 *
 * @param {string} html
 */
export async function withPreloads(html) {
  const entry = /^( *)<script type="module" src="([^"]+)"><\/script>/m.exec(html);
  if (!entry) throw new Error('the page has no module');
  const [script, indent, src] = entry;
  const links = (await imported(src)).map((name) => `${indent}<link rel="modulepreload" href="${name}">\n`);
  return html.replace(LINKS, '').replace(script, () => links.join('') + script);
}

/**
 * All that a module imports statically, and what that imports, sorted.
 *
 * @param {string} entry
 */
async function imported(entry) {
  const found = new Set([entry]);
  for (const name of found) {
    for (const [, from, alone] of (await readWeb(name)).matchAll(IMPORTS)) {
      found.add(posix.join(posix.dirname(name), from ?? alone));
    }
  }
  found.delete(entry);
  return [...found].sort();
}
