// @ts-check
// Brings the pages' lists of the modules that they load up to date: npm run preloads.
import { writeFile } from 'node:fs/promises';
import { PAGES, readWeb, withPreloads } from './lib/preloads.js';

for (const page of PAGES) {
  await writeFile(new URL(`../web/${page}`, import.meta.url), await withPreloads(await readWeb(page)));
}
