// @ts-check
import assert from 'node:assert/strict';
import test from 'node:test';
import { Session } from '../../web/session.js';
import { Viewer } from '../../web/viewer.js';
import { FakeConnection } from './fake-connection.js';

/** @param {import('node:test').TestContext} t */
function start(t) {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  /** @type {{to: string, message: any}[]} */
  const sent = [];
  /** @type {FakeConnection[]} */
  const connections = [];
  /** @type {string[]} */
  const changes = [];
  const viewer = new Viewer({
    send: async (to, message) => void sent.push({ to, message }),
    onchange: ({ id, state }) => changes.push(`${id} ${state}`),
    createSession: (options) => {
      const connection = new FakeConnection();
      connections.push(connection);
      return new Session({ ...options, connection: /** @type {any} */ (connection) });
    },
  });
  t.after(() => viewer.close());
  const watches = () => sent.filter(({ message }) => message.type === 'watch').length;
  return { viewer, sent, connections, changes, watches };
}

async function settle() {
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
}

/** @param {string} candidate @param {string} [session] */
function iceCandidate(candidate, session) {
  return { type: /** @type {const} */ ('icecandidate'), candidate: { candidate }, session };
}

test('every camera that offers is answered', async (t) => {
  const { viewer, sent, connections } = start(t);
  viewer.receive('a', { type: 'offer', sdp: '1', session: 's' });
  viewer.receive('b', { type: 'offer', sdp: '2' });
  await settle();
  assert.deepEqual(sent, [
    { to: 'a', message: { type: 'answer', sdp: 'local answer', session: 's' } },
    { to: 'b', message: { type: 'answer', sdp: 'local answer' } },
  ]);
  connections[0].become('connected');
  assert.equal(viewer.cameras.get('a')?.state, 'live');
  assert.equal(viewer.cameras.get('b')?.state, 'connecting');
});

test('candidates that overtake their offer wait for it', async (t) => {
  const { viewer, connections } = start(t);
  viewer.receive('a', iceCandidate('first', 's'));
  viewer.receive('a', iceCandidate('stale', 'earlier'));
  viewer.receive('a', { type: 'offer', sdp: 'o', session: 's' });
  viewer.receive('a', iceCandidate('second', 's'));
  await settle();
  assert.deepEqual(connections[0].log, ['remote o', 'candidate first', 'candidate second']);
});

test('a new offer replaces the session, its early candidates included', async (t) => {
  const { viewer, connections } = start(t);
  viewer.receive('a', { type: 'offer', sdp: 'a=ice-ufrag:one\r\n' });
  await settle();
  viewer.receive('a', iceCandidate('x ufrag two'));
  viewer.receive('a', { type: 'offer', sdp: 'a=ice-ufrag:two\r\n' });
  await settle();
  assert.equal(connections[0].log.at(-1), 'close');
  assert.equal(connections[1].log.at(-1), 'candidate x ufrag two');
});

test('the same offer once more is answered once more', async (t) => {
  const { viewer, sent, connections } = start(t);
  for (let i = 0; i < 2; i++) viewer.receive('a', { type: 'offer', sdp: 'o', session: 's' });
  await settle();
  assert.equal(connections.length, 1);
  assert.deepEqual(sent.map(({ message }) => message.type), ['answer', 'answer']);
});

test('a camera whose picture was lost is asked again, until it offers', async (t) => {
  const { viewer, connections, changes, watches } = start(t);
  viewer.receive('a', { type: 'offer', sdp: 'o', session: 's' });
  await settle();
  connections[0].become('connected');
  connections[0].become('failed');
  await settle();
  assert.equal(watches(), 1);
  t.mock.timers.tick(1000);
  await settle();
  assert.equal(watches(), 2);
  viewer.receive('a', { type: 'offer', sdp: 'o', session: 'next' });
  await settle();
  connections[1].become('connected');
  t.mock.timers.tick(60_000);
  await settle();
  assert.equal(watches(), 2);
  assert.deepEqual(changes, ['a connecting', 'a live', 'a reconnecting', 'a live']);
});

test('goodbye of the present session ends it, of another it does not', async (t) => {
  const { viewer, connections, changes, watches } = start(t);
  viewer.receive('a', { type: 'offer', sdp: 'o', session: 's' });
  await settle();
  connections[0].become('connected');
  viewer.receive('a', { type: 'bye', session: 'earlier' });
  await settle();
  assert.equal(changes.at(-1), 'a live');
  viewer.receive('a', { type: 'bye', session: 's' });
  await settle();
  assert.equal(changes.at(-1), 'a ended');
  assert.equal(watches(), 0);
});

test('a camera that is asked and says goodbye is not asked again', async (t) => {
  const { viewer, watches } = start(t);
  viewer.watch('a');
  await settle();
  viewer.receive('a', { type: 'bye' });
  t.mock.timers.tick(60_000);
  await settle();
  assert.equal(watches(), 1);
  assert.equal(viewer.cameras.size, 0);
});

test('closing says goodbye to all', async (t) => {
  const { viewer, sent } = start(t);
  viewer.receive('a', { type: 'offer', sdp: 'o', session: 's' });
  await settle();
  viewer.close();
  assert.deepEqual(sent.at(-1), { to: 'a', message: { type: 'bye', session: 's' } });
  viewer.receive('a', { type: 'offer', sdp: 'o', session: 's2' });
  assert.equal(viewer.cameras.size, 0);
});

test('cameras are bounded', async (t) => {
  const { viewer, connections } = start(t);
  for (let i = 0; i < 40; i++) viewer.receive(`c${i}`, { type: 'offer', sdp: 'o' });
  await settle();
  assert.equal(connections.length, 16);
});

test('a camera says what it is called and how its picture stands', async (t) => {
  const { viewer } = start(t);
  viewer.receive('a', { type: 'offer', sdp: '1', session: 's', name: 'Hall', video: 'paused' });
  const said = () => [viewer.cameras.get('a')?.name, viewer.cameras.get('a')?.video];
  assert.deepEqual(said(), ['Hall', 'paused']);
  viewer.receive('a', { type: 'state', session: 'earlier', video: 'away' });
  assert.deepEqual(said(), ['Hall', 'paused']);
  viewer.receive('a', { type: 'state', session: 's', video: 'live', name: 'Door' });
  assert.deepEqual(said(), ['Door', 'live']);
  viewer.receive('a', { type: 'offer', sdp: '2', session: 't' });
  assert.deepEqual(said(), ['', 'live'], 'an offer that says nothing is from an older page');
  await settle();
});

test('a camera that has no codec of this browser is asked again only when that is wanted', async (t) => {
  const { viewer, sent } = start(t);
  viewer.receive('a', { type: 'offer', sdp: '1', session: 's' });
  viewer.receive('a', { type: 'state', session: 'earlier', unfit: 'VP8' });
  assert.equal(viewer.cameras.get('a')?.state, 'connecting');
  viewer.receive('a', { type: 'state', session: 's', unfit: 'VP8' });
  await settle();
  const camera = viewer.cameras.get('a');
  assert.deepEqual([camera?.state, camera?.codecs, camera?.session], ['unfit', 'VP8', undefined]);
  const watches = () => sent.filter(({ message }) => message.type === 'watch').length;
  assert.equal(watches(), 0);
  viewer.watchUnfit();
  await settle();
  assert.equal(watches(), 1);
  viewer.receive('a', { type: 'offer', sdp: '2', session: 't' });
  assert.equal(viewer.cameras.get('a')?.state, 'connecting');
  await settle();
});

test('a camera whose picture is interrupted is asked for another way, in the same session', async (t) => {
  const { viewer, sent, connections } = start(t);
  viewer.receive('a', { type: 'offer', sdp: '1', session: 's' });
  await settle();
  connections[0].become('connected');
  const before = sent.length;
  connections[0].become('disconnected');
  assert.deepEqual(sent.slice(before), [{ to: 'a', message: { type: 'watch', session: 's' } }]);
  viewer.nudge();
  assert.equal(sent.length, before + 2);
  viewer.receive('a', { type: 'offer', sdp: 'a=ice-ufrag:two\r\n', session: 's' });
  viewer.receive('a', iceCandidate('x ufrag two', 's')); // before that offer is handled
  await settle();
  connections[0].become('connected');
  assert.equal(connections.length, 1);
  assert.equal(connections[0].log.at(-1), 'candidate x ufrag two');
  assert.equal(viewer.cameras.get('a')?.state, 'live');
});
