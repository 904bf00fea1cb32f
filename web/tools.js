// @ts-check
// Torch, zoom, focus and exposure (W3C Image Capture): what a camera has of
// them, and what to ask it for.

/**
 * Something to set on a camera.
 *
 * @typedef {{key: string, label: string, kind: 'switch', value: boolean}} Switch
 * @typedef {{key: string, label: string, kind: 'slider', value: number, min: number, max: number, step: number}} Slider
 * @typedef {{key: string, label: string, kind: 'choice', value: string, options: {value: string, label: string}[]}} Choice
 * @typedef {Switch | Slider | Choice} Tool
 */

/** @type {Record<string, string>} */
const MODES = { continuous: 'Automatic', manual: 'By hand', 'single-shot': 'Once', none: 'Off' };

/** What can be set to a number, and the mode without which the camera would set it itself. */
const SLIDERS = /** @type {const} */ ([
  { key: 'zoom', label: 'Zoom', mode: '' },
  { key: 'focusDistance', label: 'Focus distance', mode: 'focusMode' },
  { key: 'exposureCompensation', label: 'Brightness', mode: '' },
  { key: 'exposureTime', label: 'Exposure time', mode: 'exposureMode' },
]);

const CHOICES = /** @type {const} */ ([
  { key: 'focusMode', label: 'Focus' },
  { key: 'exposureMode', label: 'Exposure' },
]);

/**
 * What a camera can be set to.
 *
 * @param {Record<string, any>} capabilities of its track
 * @param {Record<string, any>} settings that it has now
 * @returns {Tool[]}
 */
export function toolsOf(capabilities, settings) {
  /** @type {Tool[]} */
  const tools = [];
  // Some browsers give a boolean, some the list of what it may be.
  if ([capabilities.torch].flat().includes(true)) tools.push({ key: 'torch', label: 'Light', kind: 'switch', value: settings.torch === true });
  for (const { key, label } of CHOICES) {
    const modes = Array.isArray(capabilities[key]) ? capabilities[key].map(String) : [];
    if (modes.length < 2) continue;
    const options = modes.map((value) => ({ value, label: MODES[value] ?? value }));
    tools.push({ key, label, kind: 'choice', value: String(settings[key] ?? modes[0]), options });
  }
  for (const { key, label, mode } of SLIDERS) {
    const { min, max, step } = capabilities[key] ?? {};
    if (!(max > min) || (mode && !settable(capabilities, mode))) continue;
    tools.push({ key, label, kind: 'slider', value: Number(settings[key] ?? min), min, max, step: step > 0 ? step : (max - min) / 100 });
  }
  return tools;
}

/**
 * What to apply so that a tool has a value.
 *
 * @param {string} key
 * @param {number | string | boolean} value
 * @returns {MediaTrackConstraints}
 */
export function toolConstraints(key, value) {
  const mode = SLIDERS.find((slider) => slider.key === key)?.mode;
  const set = { ...(mode ? { [mode]: 'manual' } : {}), [key]: value };
  return { advanced: [/** @type {MediaTrackConstraintSet} */ (set)] };
}

/**
 * What to remember of a camera after a tool was set. Not the light: nobody wants
 * it to go on by itself.
 *
 * @param {Record<string, number | string>} remembered
 * @param {string} key
 * @param {number | string | boolean} value
 * @returns {Record<string, number | string>}
 */
export function remember(remembered, key, value) {
  if (typeof value === 'boolean') return remembered;
  const kept = Object.entries(remembered).filter(([other]) => {
    // What was set by hand is void once the camera sees to it again.
    const mode = SLIDERS.find((slider) => slider.key === other)?.mode;
    return !(mode === key && value !== 'manual');
  });
  return { ...Object.fromEntries(kept), [key]: value };
}

/**
 * Sets again what was set on a camera the last time, as far as it still can.
 *
 * @param {MediaStreamTrack} track
 * @param {Record<string, number | string>} remembered
 */
export async function restoreTools(track, remembered) {
  const capabilities = capabilitiesOf(track) ?? {};
  const possible = toolsOf(capabilities, {}).map(({ key }) => key);
  for (const [key, value] of Object.entries(remembered)) {
    // A camera that refuses keeps what it has.
    if (possible.includes(key)) await track.applyConstraints(toolConstraints(key, value)).catch(() => {});
  }
}

/**
 * A track's capabilities, undefined where the browser does not tell them.
 *
 * @param {MediaStreamTrack | undefined} track
 */
export function capabilitiesOf(track) {
  return typeof track?.getCapabilities === 'function' ? track.getCapabilities() : undefined;
}

/**
 * @param {Record<string, any>} capabilities
 * @param {string} mode
 */
function settable(capabilities, mode) {
  return Array.isArray(capabilities[mode]) && capabilities[mode].includes('manual');
}
