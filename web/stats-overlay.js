// @ts-check
// The statistics over the picture, loaded when they are first asked for.
import { loadStyle } from './load-style.js';
import { setText } from './page.js';
import { History, linePath } from './sparkline.js';
import { StatsReader } from './stats.js';
import { rows } from './stats-words.js';
import { sleep } from './timing.js';

/** Between two reads, in milliseconds. */
const EVERY = 1000;

/** How many reads a sparkline shows: a minute. */
const SHOWN = 60;

/** The size of a sparkline in its own units; the style sheet says how large it is on the screen. */
const [WIDTH, HEIGHT] = [120, 22];

const SVG = 'http://www.w3.org/2000/svg';

/**
 * Shows the statistics of a peer connection over a picture, until the signal
 * fires. They are read once a second while the page can be seen.
 *
 * @param {HTMLElement} host the element that the picture is in
 * @param {() => RTCPeerConnection | undefined} source the connection of the camera on the screen
 * @param {AbortSignal} signal
 * @param {() => void} onclose called when the person closes them
 */
export async function showStats(host, source, signal, onclose) {
  await loadStyle('stats-overlay.css');
  if (signal.aborted) return;
  const overlay = new Overlay(onclose);
  host.append(overlay.element);
  try {
    while (!signal.aborted) {
      const pc = source();
      // A closed connection tells its last figures for ever.
      if (!document.hidden) await overlay.update(pc?.connectionState === 'closed' ? undefined : pc);
      await sleep(EVERY, signal).catch(() => {}); // closed
    }
  } finally {
    overlay.element.remove();
  }
}

class Overlay {
  element = document.createElement('section');
  #list = document.createElement('dl');
  /** @type {RTCPeerConnection | undefined} */
  #pc;
  /** @type {StatsReader | undefined} */
  #reader;
  /** @type {Map<string, Line>} */
  #lines = new Map();

  /** @param {() => void} onclose */
  constructor(onclose) {
    const title = document.createElement('h2');
    title.textContent = 'Statistics';
    const header = document.createElement('header');
    header.append(title, closeButton(onclose));
    this.element.className = 'stats';
    this.element.setAttribute('aria-label', 'Statistics');
    this.element.append(header, this.#list);
  }

  /** @param {RTCPeerConnection | undefined} pc */
  async update(pc) {
    if (pc !== this.#pc) {
      this.#pc = pc;
      this.#reader = pc && new StatsReader(pc, 'inbound');
      this.#lines.clear();
      this.#list.replaceChildren();
    }
    // A connection that closed in between has no figures.
    const figures = (await this.#reader?.read().catch(() => undefined)) ?? {};
    for (const row of rows(figures)) this.#line(row).show(row);
  }

  /** @param {import('./stats-words.js').Row} row */
  #line(row) {
    const line = this.#lines.get(row.name) ?? new Line(row);
    if (!this.#lines.has(row.name)) this.#list.append(line.element);
    this.#lines.set(row.name, line);
    return line;
  }
}

/** A figure: its name, its words, and its way over the last minute. */
class Line {
  element = document.createElement('div');
  #text = document.createElement('span');
  #path = document.createElementNS(SVG, 'path');
  #history = new History(SHOWN);

  /** @param {import('./stats-words.js').Row} row */
  constructor(row) {
    const name = document.createElement('dt');
    name.textContent = row.name;
    const figure = document.createElement('dd');
    figure.append(this.#text);
    if ('drawn' in row) figure.append(this.#drawing());
    this.element.append(name, figure);
  }

  /** @param {import('./stats-words.js').Row} row */
  show({ text, drawn }) {
    setText(this.#text, text);
    this.#history.add(drawn);
    this.#path.setAttribute('d', linePath(this.#history, WIDTH, HEIGHT));
  }

  #drawing() {
    const drawing = document.createElementNS(SVG, 'svg');
    // The line's own width must not be cut off at the edges.
    drawing.setAttribute('viewBox', `-1 -1 ${WIDTH + 2} ${HEIGHT + 2}`);
    drawing.setAttribute('preserveAspectRatio', 'none');
    drawing.setAttribute('aria-hidden', 'true');
    drawing.append(this.#path);
    return drawing;
  }
}

/** @param {() => void} onclose */
function closeButton(onclose) {
  const button = document.createElement('button');
  button.type = 'button';
  button.setAttribute('aria-label', 'Close the statistics');
  button.addEventListener('click', onclose);
  const drawing = document.createElementNS(SVG, 'svg');
  drawing.setAttribute('viewBox', '0 0 24 24');
  drawing.setAttribute('aria-hidden', 'true');
  const cross = document.createElementNS(SVG, 'path');
  cross.setAttribute('d', 'm6 6 12 12M18 6 6 18');
  drawing.append(cross);
  button.append(drawing);
  return button;
}
