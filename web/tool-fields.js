// @ts-check
import { capabilitiesOf, remember, toolConstraints, toolsOf } from './tools.js';

/** The fields for what the present camera can be set to: torch, zoom, focus, exposure. */
export class ToolFields {
  #place;
  #options;
  /** The track that the fields are for. @type {MediaStreamTrack | undefined} */
  #track;
  #busy = false;
  /** What was set while the camera was busy with what was set before. @type {Map<string, number | string | boolean>} */
  #waiting = new Map();

  /**
   * @param {HTMLElement} place
   * @param {{source: import('./source.js').Source, choices: import('./choices.js').Choices}} options
   */
  constructor(place, options) {
    this.#place = place;
    this.#options = options;
  }

  /** Shows the fields of the camera that is open now. */
  render() {
    const { source } = this.#options;
    const track = source.kind === 'camera' ? source.track : undefined;
    if (track === this.#track) return;
    this.#track = track;
    this.#fill();
  }

  #fill() {
    const track = this.#track;
    const tools = track ? toolsOf(capabilitiesOf(track) ?? {}, track.getSettings()) : [];
    this.#place.replaceChildren(...tools.map((tool) => this.#field(tool)));
  }

  /** @param {import('./tools.js').Tool} tool */
  #field(tool) {
    const label = document.createElement('label');
    const name = document.createElement('span');
    name.textContent = tool.label;
    label.append(name, tool.kind === 'choice' ? this.#select(tool) : this.#input(tool));
    return label;
  }

  /** @param {import('./tools.js').Choice} tool */
  #select({ key, value, options }) {
    const select = document.createElement('select');
    select.id = `tool-${key}`;
    select.append(...options.map((option) => new Option(option.label, option.value)));
    select.value = value;
    select.addEventListener('change', () => this.#set(key, select.value));
    return select;
  }

  /** @param {import('./tools.js').Switch | import('./tools.js').Slider} tool */
  #input(tool) {
    const input = document.createElement('input');
    input.id = `tool-${tool.key}`;
    if (tool.kind === 'switch') {
      input.type = 'checkbox';
      input.checked = tool.value;
      input.addEventListener('change', () => this.#set(tool.key, input.checked));
    } else {
      input.type = 'range';
      Object.assign(input, { min: String(tool.min), max: String(tool.max), step: String(tool.step) });
      input.value = String(tool.value);
      input.addEventListener('input', () => this.#set(tool.key, Number(input.value)));
    }
    return input;
  }

  /**
   * Sets a tool. A slider tells more often than a camera can follow: of what
   * comes for a tool while it is busy only the last counts.
   *
   * @param {string} key
   * @param {number | string | boolean} value
   */
  #set(key, value) {
    this.#waiting.set(key, value);
    if (!this.#busy) void this.#work();
  }

  async #work() {
    this.#busy = true;
    for (const [key, value] of this.#waiting) {
      this.#waiting.delete(key);
      await this.#apply(key, value); // what is set meanwhile comes at the end
    }
    this.#busy = false;
  }

  /**
   * @param {string} key
   * @param {number | string | boolean} value
   */
  async #apply(key, value) {
    const track = this.#track;
    if (!track) return;
    const { choices } = this.#options;
    try {
      await track.applyConstraints(toolConstraints(key, value));
      const { tools } = choices.values;
      choices.set({ tools: { ...tools, [track.label]: remember(tools[track.label] ?? {}, key, value) } });
    } catch {
      this.#fill(); // the camera refused: the fields show what it has
    }
  }
}
