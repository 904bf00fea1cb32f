// @ts-check
import assert from 'node:assert/strict';
import test from 'node:test';
import { Channel } from '../../web/channel.js';
import { newKey } from '../../web/seal.js';

/** @typedef {{key?: string, peer?: string, store?: import('../../web/identity.js').Store}} EndOptions */

function memory() {
  /** @type {Map<string, string>} */
  const values = new Map();
  return { getItem: (/** @type {string} */ key) => values.get(key) ?? null, setItem: (/** @type {string} */ key, /** @type {string} */ value) => void values.set(key, value) };
}

/**
 * A channel whose mailbox keeps what is sent.
 *
 * @param {string} id
 * @param {EndOptions} [options]
 */
function end(id, { key, peer, store = memory() } = {}) {
  /** @type {string[]} */
  const sent = [];
  /** @type {any[]} */
  const got = [];
  /** @type {string[]} */
  const refused = [];
  const mailbox = /** @type {any} */ ({ id, send: async (/** @type {string} */ _to, /** @type {string} */ body) => void sent.push(body), requests: { sendLast: (/** @type {string} */ _to, /** @type {string} */ body) => void sent.push(body) } });
  const channel = new Channel({ identity: { id, password: 'p', key }, createMailbox: () => mailbox, peer, store, onmessage: (_, message) => got.push(message), onrefused: (refusal) => refused.push(refusal) });
  return { channel, sent, got, refused };
}

const OFFER = { type: /** @type {const} */ ('offer'), sdp: 'v=0', session: 's' };
const signal = new AbortController().signal;

test('what is sent sealed comes out as it was, in order', async () => {
  const key = newKey();
  const [camera, viewer] = [end('c', { key }), end('v', { key, peer: 'c' })];
  const candidates = Array.from({ length: 20 }, (_, i) => ({ type: /** @type {const} */ ('icecandidate'), candidate: { candidate: `${i}`, sdpMid: null, sdpMLineIndex: null, usernameFragment: null }, session: 's' }));
  const messages = [OFFER, ...candidates];
  await Promise.all(messages.map((message) => camera.channel.send('v', message, signal)));
  assert.ok(camera.sent.every((body) => !body.includes('v=0') && JSON.parse(body).type === 'sealed'));
  await Promise.all(camera.sent.map((body) => viewer.channel.receive('c', body)));
  assert.deepEqual(viewer.got, messages);
  assert.deepEqual(viewer.refused, []);
});

test('with a key nothing else is accepted, and it is said why', async () => {
  const key = newKey();
  const [camera, other, viewer] = [end('c', { key }), end('c', { key: newKey() }), end('v', { key, peer: 'c' })];
  await camera.channel.send('v', OFFER, signal);
  await other.channel.send('v', OFFER, signal);
  await viewer.channel.receive('c', JSON.stringify(OFFER));
  await viewer.channel.receive('x', camera.sent[0]);
  await viewer.channel.receive('c', other.sent[0]);
  await viewer.channel.receive('c', 'nothing');
  assert.deepEqual(viewer.got, []);
  assert.deepEqual(viewer.refused, ['plain', 'stranger', 'broken', 'plain']);
});

test('an offer counts once, and quietly so after a reload', async () => {
  const key = newKey();
  const store = memory();
  const [camera, viewer] = [end('c', { key }), end('v', { key, store })];
  await camera.channel.send('v', OFFER, signal);
  await viewer.channel.receive('c', camera.sent[0]);
  await viewer.channel.receive('c', camera.sent[0]);
  assert.deepEqual([viewer.got.length, viewer.refused], [1, ['replayed']]);
  const reloaded = end('v', { key, store });
  await reloaded.channel.receive('c', camera.sent[0]);
  assert.deepEqual([reloaded.got.length, reloaded.refused], [0, []]);
});

test('the same offer sent again is no replay', async () => {
  const key = newKey();
  const [camera, viewer] = [end('c', { key }), end('v', { key })];
  for (let i = 0; i < 2; i++) await camera.channel.send('v', OFFER, signal);
  for (const body of camera.sent) await viewer.channel.receive('c', body);
  assert.equal(viewer.got.length, 2);
});

test('a sealed answer must name its session', async () => {
  const key = newKey();
  const [viewer, camera] = [end('v', { key }), end('c', { key })];
  await viewer.channel.send('c', { type: 'answer', sdp: 'a' }, signal);
  await camera.channel.receive('v', viewer.sent[0]);
  assert.deepEqual(camera.got, []);
});

test('a goodbye that was prepared is said at once, sealed', async () => {
  const key = newKey();
  const [camera, viewer, plain] = [end('c', { key }), end('v', { key }), end('p')];
  await camera.channel.prepareGoodbye('v', 's');
  camera.channel.sayGoodbye('v', 's');
  camera.channel.sayGoodbye('v', 'unprepared');
  assert.equal(camera.sent.length, 1);
  await viewer.channel.receive('c', camera.sent[0]);
  assert.deepEqual(viewer.got, [{ type: 'bye', session: 's' }]);
  plain.channel.sayGoodbye('v', 's');
  assert.deepEqual(JSON.parse(plain.sent[0]), { type: 'bye', session: 's' });
});
