// @ts-check
import { encode } from './vendor/uqr-0.1.3/index.mjs';

/**
 * Draws a text as a QR code, black on white in both colour schemes: many
 * readers do not know it inverted.
 *
 * @param {string} text
 * @returns {SVGSVGElement}
 */
export function drawQR(text) {
  const { data, size } = encode(text, { ecc: 'M', border: 3 });
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', `0 0 ${size} ${size}`);
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', 'QR code of the link');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  path.setAttribute('d', outline(data));
  svg.append(path);
  return svg;
}

/** @param {boolean[][]} rows */
function outline(rows) {
  return rows.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ''))).join('');
}
