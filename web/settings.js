// @ts-check
// The sheet with everything that can be set; loaded when it is opened first.
import { mirrored, nameOf } from './devices.js';
import { loadStyle } from './load-style.js';
import { element, setText } from './page.js';
import { bitrates, frameRates, heights, inForce } from './quality-lists.js';
import { capabilitiesOf } from './tools.js';
import { ToolFields } from './tool-fields.js';

const dialog = element('settings', HTMLDialogElement);
const height = element('height', HTMLSelectElement);
const frameRate = element('frame-rate', HTMLSelectElement);
const look = element('look', HTMLSelectElement);
const bitrate = element('bitrate', HTMLSelectElement);
const mirror = element('mirror', HTMLInputElement);
const microphones = element('microphones', HTMLSelectElement);
const level = element('level', HTMLMeterElement);
const music = element('music', HTMLInputElement);
const cameraName = element('camera-name', HTMLInputElement);

/**
 * @typedef {object} SettingsOptions
 * @property {import('./source.js').Source} source
 * @property {import('./choices.js').Choices} choices
 * @property {() => void} onchange called when something was chosen that viewers are to be told of
 * @property {AbortSignal} signal
 */

export class Settings {
  #options;
  #tools;
  #style = loadStyle('settings.css');

  /** @param {SettingsOptions} options */
  constructor(options) {
    this.#options = options;
    this.#tools = new ToolFields(element('tools', HTMLElement), options);
    const { source, choices, signal } = options;
    /** @type {(field: HTMLElement, event: string, act: () => void) => void} */
    const on = (field, event, act) => field.addEventListener(event, act, { signal });
    on(height, 'change', () => this.#chosen({ height: Number(height.value) }, true));
    on(frameRate, 'change', () => this.#chosen({ frameRate: Number(frameRate.value) }, true));
    on(look, 'change', () => this.#chosen({ look: /** @type {'' | 'sharp' | 'smooth'} */ (look.value) }));
    on(bitrate, 'change', () => this.#chosen({ bitrate: Number(bitrate.value) }));
    on(mirror, 'change', () => this.#chosen({ mirror: mirror.checked ? 'on' : 'off' }));
    on(cameraName, 'change', () => this.#chosen({ name: cameraName.value.trim() }));
    on(microphones, 'change', () => void source.sound.choose(microphones.value));
    on(music, 'change', () => {
      this.#chosen({ music: music.checked });
      void source.sound.reopen();
    });
    on(element('settings-done', HTMLButtonElement), 'click', () => dialog.close());
    signal.addEventListener('abort', () => dialog.close());
    look.value = choices.values.look;
  }

  async open() {
    await this.#style;
    if (dialog.open || this.#options.signal.aborted) return;
    dialog.showModal();
    this.render();
  }

  /** Shows how things stand, if anybody looks. */
  render() {
    if (!dialog.open) return;
    const { source, choices } = this.#options;
    const { values } = choices;
    const { track, kind, sound } = source;
    const capabilities = kind === 'camera' ? capabilitiesOf(track) : undefined;
    setText(element('in-force', HTMLElement), inForce(track?.getSettings(), values.bitrate));
    list(height, heights(capabilities, values.height), values.height);
    list(frameRate, frameRates(capabilities, values.frameRate), values.frameRate);
    list(bitrate, bitrates(values.bitrate), values.bitrate);
    height.disabled = frameRate.disabled = kind === 'screen'; // a screen has its own
    element('mirror-field', HTMLElement).hidden = kind === 'screen';
    mirror.checked = mirrored(values.mirror, track);
    music.checked = values.music;
    const named = sound.microphones.filter(({ deviceId }) => deviceId !== '').map(({ deviceId, label }, i) => ({ value: deviceId, label: label || `Microphone ${i + 1}` }));
    list(microphones, [{ value: '', label: 'Automatic' }, ...named], values.microphone.id);
    element('level-field', HTMLElement).hidden = sound.microphone === undefined;
    cameraName.placeholder = nameOf(track?.label ?? '');
    if (document.activeElement !== cameraName) cameraName.value = values.name;
    this.#tools.render();
  }

  /** @param {number} value from 0 to 1 */
  showLevel(value) {
    if (dialog.open) level.value = value;
  }

  /**
   * @param {Partial<import('./choices.js').ChoiceValues>} choice
   * @param {boolean} [reopen] whether the camera must be asked anew
   */
  #chosen(choice, reopen = false) {
    const { source, choices, onchange } = this.#options;
    choices.set(choice);
    onchange();
    if (reopen && source.kind === 'camera') void source.reopen();
  }
}

/**
 * Fills a list, unless it is so already: one that is replaced closes under the person's hands.
 *
 * @param {HTMLSelectElement} select
 * @param {{value: number | string, label: string}[]} options
 * @param {number | string} value
 */
function list(select, options, value) {
  const wanted = options.map(({ value, label }) => `${value} ${label}`).join('\n');
  const shown = [...select.options].map((option) => `${option.value} ${option.text}`).join('\n');
  if (wanted !== shown) select.replaceChildren(...options.map(({ value, label }) => new Option(label, String(value))));
  if (select.value !== String(value)) select.value = String(value);
  if (select.selectedIndex < 0) select.selectedIndex = 0;
}
