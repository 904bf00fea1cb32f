// @ts-check

/**
 * Lists the cameras there are, the one that is open chosen.
 *
 * @param {HTMLSelectElement} select
 * @param {Pick<import('./source.js').Source, 'cameras' | 'track' | 'kind'>} source
 */
export function showDevices(select, { cameras, track, kind }) {
  const options = cameras.map(({ deviceId, label }, i) => ({ deviceId, label: label || `Camera ${i + 1}` }));
  if (options.length === 0 && track) options.push({ deviceId: '', label: track.label || 'Camera' });
  const shown = [...select.options].map(({ value, text }) => ({ deviceId: value, label: text }));
  // A list that is replaced closes under the person's hands.
  if (JSON.stringify(options) !== JSON.stringify(shown)) select.replaceChildren(...options.map(({ label, deviceId }) => new Option(label, deviceId)));
  if (track && kind === 'camera') select.value = track.getSettings().deviceId ?? '';
  if (select.selectedIndex < 0) select.selectedIndex = 0;
}
