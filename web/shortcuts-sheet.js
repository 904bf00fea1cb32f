// @ts-check
// The list of keys, loaded when it is first asked for.
import { OTHER_KEYS, SHORTCUTS } from './shortcuts.js';

/**
 * Shows the keys, with a switch for those who speak to their computer or hit
 * keys by accident (WCAG 2.2, 2.1.4).
 *
 * @param {{on: boolean}} keys whether single keys are listened to; the switch changes it
 * @param {AbortSignal} signal
 */
export function showShortcuts(keys, signal) {
  const sheet = document.createElement('dialog');
  sheet.className = 'sheet keys';
  sheet.setAttribute('aria-labelledby', 'keys-title');
  sheet.append(titled(), list(), choice(keys), done(sheet));
  sheet.addEventListener('close', () => sheet.remove());
  signal.addEventListener('abort', () => sheet.remove());
  document.body.append(sheet);
  sheet.showModal();
}

function titled() {
  const title = document.createElement('h2');
  title.id = 'keys-title';
  title.textContent = 'Keyboard shortcuts';
  return title;
}

function list() {
  const all = document.createElement('dl');
  for (const { key, words } of [...SHORTCUTS, ...OTHER_KEYS]) {
    const line = document.createElement('div');
    const name = document.createElement('dt');
    const cap = document.createElement('kbd');
    cap.textContent = key.length === 1 ? key.toUpperCase() : key;
    name.append(cap);
    const meaning = document.createElement('dd');
    meaning.textContent = words;
    line.append(name, meaning);
    all.append(line);
  }
  return all;
}

/** @param {{on: boolean}} keys */
function choice(keys) {
  const label = document.createElement('label');
  label.className = 'switch';
  const box = document.createElement('input');
  box.type = 'checkbox';
  box.id = 'keys-on';
  box.checked = keys.on;
  box.addEventListener('change', () => (keys.on = box.checked));
  label.append(box, 'Listen to these keys');
  return label;
}

/** @param {HTMLDialogElement} sheet */
function done(sheet) {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'quiet';
  button.autofocus = true;
  button.textContent = 'Done';
  button.addEventListener('click', () => sheet.close());
  return button;
}
