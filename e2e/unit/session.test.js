// @ts-check
import assert from 'node:assert/strict';
import test from 'node:test';
import { MailboxError } from '../../web/mailbox-error.js';
import { Session } from '../../web/session.js';
import { FakeConnection } from './fake-connection.js';

/** @param {string} candidate */
const iceCandidate = (candidate) => ({ type: /** @type {const} */ ('icecandidate'), candidate: { candidate } });

/** @param {Partial<import('../../web/session.js').SessionOptions>} [options] */
function start(options = {}) {
  const pc = new FakeConnection();
  /** @type {any[]} */
  const sent = [];
  /** @type {string[]} */
  const states = [];
  const session = new Session({
    id: 's',
    connection: /** @type {any} */ (pc),
    send: async (message) => void sent.push(message),
    onstate: ({ state }) => states.push(state),
    ...options,
  });
  return { session, pc, sent, states };
}

test('an offer is answered, candidates behind their description', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { session, pc, sent } = start();
  void session.receive(iceCandidate('early'));
  void session.receive({ type: 'offer', sdp: 'o' });
  await session.receive(iceCandidate('late'));
  assert.deepEqual(pc.log, ['remote o', 'candidate early', 'candidate late']);
  assert.deepEqual(sent, [{ type: 'answer', sdp: 'local answer', session: 's' }]);
  pc.gather('mine');
  assert.deepEqual(sent[1], { type: 'icecandidate', candidate: { candidate: 'mine' }, session: 's' });
  session.end();
});

test('candidates of another description are left out', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { session, pc } = start();
  void session.receive(iceCandidate('x ufrag old'));
  void session.receive({ type: 'offer', sdp: 'a=ice-ufrag:new\r\n' });
  await session.receive(iceCandidate('x ufrag new'));
  assert.deepEqual(pc.log.slice(1), ['candidate x ufrag new']);
  session.end();
});

test('an offer goes out with its candidates, later ones follow, an answer counts once', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { session, pc, sent, states } = start({ tuneAnswer: (sdp) => `${sdp} tuned` });
  await session.prepare();
  pc.gather('in the description');
  await session.offer();
  pc.gather('later');
  assert.deepEqual(sent.map(({ type }) => type), ['offer', 'icecandidate']);
  await session.receive({ type: 'answer', sdp: '1' });
  await session.receive({ type: 'answer', sdp: '2' });
  assert.deepEqual(pc.log, ['remote 1 tuned']);
  pc.become('connected');
  assert.deepEqual(states, ['offered', 'connecting', 'connected']);
  session.end();
});

test('an offer that could not be sent keeps its candidates for the next', async () => {
  let refuse = true;
  /** @type {any[]} */
  const sent = [];
  const { session, pc } = start({
    send: async (message) => {
      if (refuse) throw new MailboxError('absent');
      sent.push(message);
    },
  });
  await assert.rejects(session.offer(), { code: 'absent' });
  refuse = false;
  pc.gather('in the next description');
  assert.deepEqual(sent, []);
  await session.offer();
  assert.deepEqual(sent.map(({ type }) => type), ['offer']);
});

test('a broken connection ends the session, unless it comes back in time', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { session, pc, states } = start({ times: { interrupted: 2000 } });
  await session.receive({ type: 'offer', sdp: 'o' });
  pc.become('connected');
  pc.become('disconnected');
  t.mock.timers.tick(1999);
  pc.become('connected');
  t.mock.timers.tick(5000);
  pc.become('disconnected');
  t.mock.timers.tick(2000);
  assert.equal(await session.ended, 'lost');
  assert.deepEqual(states, ['connecting', 'connected', 'interrupted', 'connected', 'interrupted', 'ended']);
});

test('what ends a session, and why', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  /** @type {[string, (s: ReturnType<typeof start>) => unknown, string][]} */
  const ends = [
    ['failed', ({ pc }) => pc.become('failed'), 'lost'],
    ['no connection in time', () => t.mock.timers.tick(10_000), 'lost'],
    ['goodbye', ({ session }) => session.receive({ type: 'bye' }), 'bye'],
    ['closed', ({ session }) => session.end(), 'closed'],
    ['an offer nobody understands', ({ session }) => session.receive({ type: 'offer', sdp: 'broken' }), 'lost'],
  ];
  for (const [what, end, reason] of ends) {
    const started = start();
    await started.session.receive({ type: 'offer', sdp: 'o' });
    await end(started);
    assert.equal(await started.session.ended, reason, what);
    assert.equal(started.pc.log.at(-1), 'close', what);
  }
});

test('the other end closing its transport is noticed at once', async () => {
  const { session, pc } = start();
  pc.addTransceiver();
  await session.prepare();
  pc.transport.state = 'closed';
  pc.transport.onstatechange?.();
  assert.equal(await session.ended, 'lost');
});

test('another way is looked for below a connection that goes on', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { session, pc, sent, states } = start();
  await session.restart(); // nothing to restart yet
  assert.equal(pc.restarts, 0);
  await session.offer();
  await session.receive({ type: 'answer', sdp: '1' });
  pc.become('connected');
  pc.become('disconnected');
  await session.restart();
  await session.restart(); // not answered: it is sent again
  assert.equal(pc.restarts, 1);
  assert.deepEqual(sent.map(({ type }) => type), ['offer', 'offer', 'offer']);
  await session.receive({ type: 'answer', sdp: '2' });
  pc.become('connected');
  t.mock.timers.tick(60_000);
  assert.deepEqual(states, ['offered', 'connecting', 'connected', 'interrupted', 'connected']);
  session.end();
});

test('who cannot be offered another way has gone', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  /** @type {MailboxError | undefined} */
  let failure;
  const { session, pc } = start({ send: async () => { if (failure) throw failure; } });
  await session.offer();
  await session.receive({ type: 'answer', sdp: '1' });
  pc.become('connected');
  pc.become('disconnected');
  failure = new MailboxError('unreachable');
  await session.restart();
  assert.equal(session.state, 'interrupted');
  failure = new MailboxError('absent');
  await session.restart();
  assert.equal(await session.ended, 'lost');
});
