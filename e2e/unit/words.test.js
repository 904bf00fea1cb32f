// @ts-check
import assert from 'node:assert/strict';
import test from 'node:test';
import { problemOf } from '../../web/capture.js';
import { cameraCard, soundNote } from '../../web/capture-words.js';
import { cameraNames, receiveView, veil } from '../../web/receive-words.js';
import { sendView } from '../../web/send-words.js';

const MAILBOX = /** @type {const} */ (['connecting', 'open', 'offline', 'taken', 'displaced', 'refused']);
const MEDIA = /** @type {const} */ (['opening', 'ready', 'denied', 'none', 'busy', 'insecure', 'unsupported', 'gone', 'dismissed', 'system', 'unknown']);
const RECEIVERS = /** @type {const} */ ([[], ['waiting'], ['connecting'], ['live'], ['reconnecting'], ['live', 'waiting']]);
const CAMERAS = /** @type {const} */ (['none', 'asking', 'connecting', 'live', 'reconnecting', 'ended', 'paused', 'away', 'unfit']);
const ONE = { all: 1, live: 1 };

/** @param {import('../../web/shared-words.js').View} view @param {unknown} facts */
function complete(view, facts) {
  assert.ok(view.status, JSON.stringify(facts));
  assert.doesNotMatch(view.status + view.hint, /undefined|null/);
  if (!view.trouble) return;
  for (const text of Object.values(view.trouble)) assert.ok(text, JSON.stringify(facts));
}

const VIDEO = /** @type {const} */ (['live', 'paused', 'away']);
const OWN = { kind: /** @type {const} */ ('camera'), video: VIDEO[0], card: null, receiveAddress: 'https://h/receive' };
const LINKS = /** @type {const} */ (['none', 'to', 'wrong']);
const REFUSED = /** @type {const} */ ([undefined, 'plain', 'broken', 'replayed', 'stranger']);

test('every state of the send page has words', () => {
  for (const media of MEDIA) for (const mailbox of MAILBOX) for (const receivers of RECEIVERS) for (const lobby of [true, false]) {
    for (const started of [true, false]) for (const link of LINKS) for (const inviting of [true, false]) for (const video of VIDEO) {
      const card = media === 'opening' || media === 'ready' ? null : cameraCard(media, inviting, started);
      const facts = { ...OWN, media, card, video, mailbox, lobby, link, inviting, started, receivers: [...receivers] };
      complete(sendView(facts), facts);
    }
  }
});

test('every state of the receive page has words', () => {
  for (const mailbox of MAILBOX) for (const lobby of MAILBOX) for (const camera of CAMERAS) for (const [supported, secure] of [[true, true], [true, false], [false, true]]) {
    for (const link of /** @type {const} */ (['none', 'from', 'wrong'])) {
      const facts = { supported, secure, link, mailbox, lobby, camera, cameras: ONE, sendAddress: 'https://h/send' };
      complete(receiveView(facts), facts);
    }
  }
});

test('a live picture is called live, though the server is away', () => {
  const receive = { supported: true, secure: true, link: /** @type {const} */ ('none'), lobby: /** @type {const} */ ('offline'), cameras: ONE, sendAddress: '' };
  assert.equal(receiveView({ ...receive, mailbox: 'offline', camera: 'live' }).status, 'Live');
  const facts = { ...OWN, media: /** @type {const} */ ('ready'), lobby: true, link: /** @type {const} */ ('none'), inviting: false, started: true };
  assert.equal(sendView({ ...facts, mailbox: 'offline', receivers: ['live'] }).status, 'Live');
  assert.equal(sendView({ ...facts, mailbox: 'open', receivers: ['live', 'live'] }).status, 'Live · 2 watching');
  assert.equal(sendView({ ...facts, mailbox: 'open', receivers: ['live'], kind: 'screen' }).status, 'Live · your screen');
});

test('what nobody sees is not called live', () => {
  const facts = { ...OWN, mailbox: /** @type {const} */ ('open'), receivers: [/** @type {const} */ ('live')], lobby: true, link: /** @type {const} */ ('none'), inviting: false, started: true };
  assert.equal(sendView({ ...facts, media: 'ready', video: 'paused' }).status, 'Paused');
  assert.equal(sendView({ ...facts, media: 'ready', video: 'away' }).status, 'Interrupted');
  assert.equal(sendView({ ...facts, media: 'gone', video: 'away' }).status, 'Not sending');
  assert.equal(cameraCard('gone', true, false).action, 'next');
  assert.match(cameraCard('denied', false, true).todo, /this app/);
});

test('every trouble with the sound has words', () => {
  assert.equal(soundNote(undefined, undefined), '');
  for (const problem of MEDIA.filter((media) => media !== 'opening' && media !== 'ready')) assert.match(soundNote(problem, undefined), /microphone.*\./);
  assert.match(soundNote('denied', 'busy'), /screen/);
});

test('a camera that this browser cannot show', () => {
  const facts = { supported: true, secure: true, link: /** @type {const} */ ('from'), mailbox: /** @type {const} */ ('open'), lobby: /** @type {const} */ ('open'), camera: /** @type {const} */ ('unfit'), cameras: ONE, sendAddress: '' };
  assert.match(receiveView({ ...facts, unfit: 'H264' }).trouble?.what ?? '', /cannot show this camera, which sends H264/);
  assert.match(receiveView(facts).trouble?.what ?? '', /a format that it does not have/);
});

test('a grid says how many of its cameras are live', () => {
  const receive = { supported: true, secure: true, link: /** @type {const} */ ('none'), mailbox: /** @type {const} */ ('open'), lobby: /** @type {const} */ ('open'), camera: /** @type {const} */ ('live'), sendAddress: '' };
  assert.equal(receiveView({ ...receive, cameras: { all: 3, live: 3 } }).status, 'Live · 3 cameras');
  assert.equal(receiveView({ ...receive, cameras: { all: 3, live: 2 } }).status, 'Live · 2 of 3 cameras');
});

test('what stands over a picture, and what a camera is called', () => {
  assert.equal(veil('live'), '');
  for (const state of /** @type {const} */ (['reconnecting', 'paused', 'away'])) assert.ok(veil(state), state);
  const cameras = ['Kitchen', '', 'Phone', 'Phone'].map((name, i) => ({ name, number: i + 1 }));
  assert.deepEqual(cameraNames(cameras), ['Kitchen', 'Camera 2', 'Phone (3)', 'Phone (4)']);
});

test('what was refused is said, each in its own words', () => {
  const facts = { supported: true, secure: true, link: /** @type {const} */ ('from'), mailbox: /** @type {const} */ ('open'), lobby: /** @type {const} */ ('open'), camera: /** @type {const} */ ('none'), cameras: ONE, sendAddress: '' };
  const notes = REFUSED.map((refused) => receiveView({ ...facts, refused }).note);
  assert.equal(notes[0], '');
  assert.equal(new Set(notes).size, REFUSED.length);
});

test('what getUserMedia says is told apart', () => {
  const names = { NotAllowedError: 'denied', NotFoundError: 'none', NotReadableError: 'busy', OverconstrainedError: 'none', TypeError: 'unknown' };
  for (const [name, problem] of Object.entries(names)) assert.equal(problemOf({ name }), problem);
  assert.equal(problemOf(undefined), 'unknown');
  assert.equal(problemOf({ name: 'NotAllowedError', message: 'Permission denied by system' }), 'system');
  assert.equal(problemOf({ name: 'NotAllowedError', message: 'Permission dismissed' }), 'dismissed');
  // Firefox and Safari say this whoever refused.
  assert.equal(problemOf({ name: 'NotAllowedError', message: 'The request is not allowed by the user agent or the platform in the current context.' }), 'denied');
});
