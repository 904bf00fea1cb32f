// @ts-check
import { cameraCard } from './capture-words.js';
import { element, show } from './page.js';
import { sendView } from './send-words.js';

/**
 * Says on the send page that this browser can do nothing here.
 *
 * @param {import('./capture.js').CaptureProblem} problem
 * @param {import('./links.js').Link['kind']} link that the page was opened with
 */
export function sayUnable(problem, link) {
  for (const button of document.querySelectorAll('.panel button')) /** @type {HTMLButtonElement} */ (button).disabled = true;
  element('action', HTMLButtonElement).addEventListener('click', () => location.assign('./'));
  show(
    sendView({
      media: problem,
      card: cameraCard(problem, false, false),
      video: 'away',
      kind: 'camera',
      mailbox: 'connecting',
      lobby: true,
      link,
      inviting: false,
      started: false,
      receivers: [],
      receiveAddress: '',
    }),
  );
}
