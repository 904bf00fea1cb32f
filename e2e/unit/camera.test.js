// @ts-check
import assert from 'node:assert/strict';
import test from 'node:test';
import { Camera } from '../../web/camera.js';
import { MailboxError } from '../../web/mailbox-error.js';
import { Session } from '../../web/session.js';
import { FakeConnection } from './fake-connection.js';

/** @param {import('node:test').TestContext} t */
function start(t) {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  /** @type {{to: string, message: any}[]} */
  const sent = [];
  /** @type {FakeConnection[]} */
  const connections = [];
  const server = { absent: false };
  const camera = new Camera({
    stream: /** @type {any} */ ({}),
    name: () => 'Hall',
    send: async (to, message) => {
      if (server.absent) throw new MailboxError('absent');
      sent.push({ to, message });
    },
    createSession: (options) => {
      const connection = new FakeConnection();
      connections.push(connection);
      return new Session({ ...options, connection: /** @type {any} */ (connection) });
    },
  });
  t.after(() => camera.stop());
  const offers = () => sent.filter(({ message }) => message.type === 'offer');
  const connect = async (/** @type {string} */ from) => {
    camera.receive(from, { type: 'answer', sdp: 'a', session: offers().at(-1)?.message.session });
    await settle();
    connections.at(-1)?.become('connected');
  };
  return { camera, sent, offers, connections, server, connect };
}

/** Lets everything run that waits for nothing but promises. */
async function settle() {
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
}

/** @param {import('../../web/camera.js').Camera} camera */
const states = (camera) => camera.receivers.map(({ id, state }) => `${id} ${state}`);

test('it offers until the receiver is there', async (t) => {
  const { camera, offers, server } = start(t);
  server.absent = true;
  camera.start('r');
  await settle();
  assert.deepEqual(states(camera), ['r waiting']);
  server.absent = false;
  t.mock.timers.tick(1000);
  await settle();
  assert.equal(offers().length, 1);
  assert.deepEqual(states(camera), ['r connecting']);
});

test('starting twice starts once, stopping says goodbye', async (t) => {
  const { camera, offers, sent, connect } = start(t);
  camera.start('r');
  camera.start('r');
  await settle();
  assert.equal(offers().length, 1);
  await connect('r');
  assert.deepEqual(states(camera), ['r live']);
  camera.stop();
  assert.deepEqual(sent.at(-1), { to: 'r', message: { type: 'bye', session: offers()[0].message.session } });
  assert.deepEqual(states(camera), []);
});

test('an offer without an answer is sent again, and is the same session', async (t) => {
  const { camera, offers } = start(t);
  camera.start('r');
  await settle();
  t.mock.timers.tick(2000);
  await settle();
  const [first, second] = offers();
  assert.deepEqual(first, second);
});

test('a lost connection is offered anew', async (t) => {
  const { camera, offers, connections, connect } = start(t);
  camera.start('r');
  await settle();
  await connect('r');
  connections[0].become('failed');
  await settle();
  assert.deepEqual(states(camera), ['r reconnecting']);
  t.mock.timers.tick(200);
  await settle();
  assert.equal(offers().length, 2);
  assert.notEqual(offers()[0].message.session, offers()[1].message.session);
  await connect('r');
  assert.deepEqual(states(camera), ['r live']);
});

test('an answer of a stale session is dropped, one without a session counts', async (t) => {
  const { camera, connections } = start(t);
  camera.start('r');
  await settle();
  camera.receive('r', { type: 'answer', sdp: 'stale', session: 'earlier' });
  camera.receive('other', { type: 'answer', sdp: 'other' });
  camera.receive('r', { type: 'answer', sdp: 'right' });
  await settle();
  assert.equal(connections[0].log.length, 1);
  assert.match(connections[0].log[0], /right/);
});

test('watch replaces a session that was answered, and repeats an offer that was not', async (t) => {
  const { camera, offers, connect } = start(t);
  camera.start('r');
  await settle();
  camera.receive('r', { type: 'watch' });
  await settle();
  assert.equal(offers().length, 2);
  assert.equal(offers()[0].message.session, offers()[1].message.session);
  await connect('r');
  camera.receive('r', { type: 'watch' });
  await settle();
  assert.equal(offers().length, 3);
  assert.notEqual(offers()[1].message.session, offers()[2].message.session);
});

test('anybody who asks is served beside the one that was dialed, under the name it wants', async (t) => {
  const { camera, offers, connections, connect } = start(t);
  camera.start('r');
  await settle();
  camera.receive('v', { type: 'watch', session: 'wanted' });
  await settle();
  assert.deepEqual(offers().map(({ to }) => to), ['r', 'v']);
  assert.equal(offers()[1].message.session, 'wanted');
  await connect('v');
  assert.deepEqual(states(camera), ['r connecting', 'v live']);
  connections[1].become('failed');
  await settle();
  assert.deepEqual(states(camera), ['r connecting'], 'one that was not dialed asks again by itself');
});

test('a camera that is not started says so to who asks', async (t) => {
  const { camera, sent } = start(t);
  camera.receive('v', { type: 'watch' });
  await settle();
  assert.deepEqual(sent, [{ to: 'v', message: { type: 'bye', session: undefined } }]);
});

test('a prepared offer is used once', async (t) => {
  const { camera, offers, connections } = start(t);
  await camera.prepare();
  await camera.prepare();
  assert.deepEqual(connections[0].log, ['close']);
  camera.start('r');
  await settle();
  assert.equal(offers().length, 1);
  assert.equal(connections.length, 2);
});

test('it says its name and how its picture stands, in offers and in between', async (t) => {
  const { camera, offers, sent, connect } = start(t);
  camera.start('r');
  await settle();
  assert.deepEqual([offers()[0].message.name, offers()[0].message.video], ['Hall', 'live']);
  await connect('r');
  camera.setState('paused');
  await settle();
  const { session } = offers()[0].message;
  assert.deepEqual(sent.at(-1), { to: 'r', message: { type: 'state', session, video: 'paused', name: 'Hall' } });
  camera.receive('other', { type: 'watch' });
  await settle();
  assert.equal(offers().at(-1)?.message.video, 'paused');
});

test('encoders are told what was set, those of later sessions too', async (t) => {
  const { camera, connections, connect } = start(t);
  camera.setEncoding({ maxBitrate: 2e6, degradationPreference: 'maintain-framerate' });
  camera.setEncoding({ maxBitrate: 128_000 }, 'audio');
  camera.start('r');
  await settle();
  await connect('r');
  await settle();
  assert.deepEqual(connections[0].parameters, [{ encodings: [{ maxBitrate: 2e6 }], degradationPreference: 'maintain-framerate' }, { encodings: [{ maxBitrate: 128_000 }] }]);
  camera.setEncoding({});
  await settle();
  assert.deepEqual(connections[0].parameters[0], { encodings: [{}] });
});

test('a viewer who asks again in the same session gets another way, not another connection', async (t) => {
  const { camera, offers, connections, connect } = start(t);
  camera.start('');
  camera.receive('v', { type: 'watch' });
  await settle();
  await connect('v');
  const { session } = offers()[0].message;
  camera.receive('v', { type: 'watch', session });
  await settle();
  assert.equal(connections.length, 1);
  assert.equal(connections[0].restarts, 1);
  assert.deepEqual(offers().map(({ message }) => message.session), [session, session]);
  await connect('v');
  connections[0].become('disconnected');
  await settle();
  assert.equal(connections[0].restarts, 2);
});

test('on another network everybody is looked for at once', async (t) => {
  const { camera, connections, connect } = start(t);
  camera.start('');
  camera.receive('v', { type: 'watch' });
  await settle();
  await connect('v');
  camera.nudge();
  await settle();
  assert.deepEqual(connections.map(({ restarts }) => restarts), [1]);
});
