// @ts-check
import { element, setText } from './page.js';

/** @type {import('./session.js').Session | undefined} */
let shown;

/**
 * Says in #shield how far a connection can be trusted.
 *
 * @param {import('./session.js').Session | undefined} session that is connected
 * @param {boolean} sealed whether its messages were sealed under a link's key
 */
export function showShield(session, sealed) {
  const shield = element('shield', HTMLElement);
  shield.hidden = session === undefined;
  shield.dataset.sealed = String(sealed);
  if (session === shown) return;
  shown = session;
  setText(shield, sealed ? 'Verified end to end' : 'Not verified: whoever runs this server could stand in between.');
  if (session && !sealed) void compare(session, shield).catch(() => {}); // the server is away: it stays not verified
}

/**
 * @param {import('./session.js').Session} session
 * @param {HTMLElement} shield
 */
async function compare({ pc }, shield) {
  // With a link there are no words to compare, and nothing to load for them.
  const { codeWords } = await import('./code-words.js');
  const words = await codeWords(pc.currentLocalDescription?.sdp ?? '', pc.currentRemoteDescription?.sdp ?? '');
  if (shown?.pc !== pc || words === '') return;
  setText(shield, `Not verified: whoever runs this server could stand in between, unless both pages say “${words}”.`);
}
