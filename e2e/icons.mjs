// @ts-check
// Makes the PNG icons from web/icon.svg: `npm run icons`. They are for those
// who take no SVG: iOS, and Android’s launchers. `optipng -o7` makes them smaller.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { launch } from './lib/browsers.js';

const web = fileURLToPath(new URL('../web/', import.meta.url));
const GROUND = '#14181d';

/** A launcher may cut a maskable icon to any shape, so its ground fills the square and the drawing keeps to the middle. */
const ICONS = [
  { name: 'icon-192', size: 192, viewBox: '0 0 32 32', ground: 'transparent' },
  { name: 'icon-512', size: 512, viewBox: '0 0 32 32', ground: 'transparent' },
  { name: 'icon-maskable', size: 512, viewBox: '-3 -3 38 38', ground: GROUND },
];

const svg = await readFile(`${web}icon.svg`, 'utf8');
const browser = await launch('chromium');
try {
  const page = await browser.newPage();
  for (const { name, size, viewBox, ground } of ICONS) {
    await page.setViewport({ width: size, height: size });
    await page.setContent(`<style>body{margin:0;background:${ground}}svg{display:block}</style>${svg.replace('0 0 32 32', viewBox)}`);
    await page.screenshot({ path: `${web}${name}.png`, omitBackground: true });
  }
} finally {
  await browser.close();
}
