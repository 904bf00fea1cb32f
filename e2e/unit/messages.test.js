// @ts-check
import assert from 'node:assert/strict';
import test from 'node:test';
import { candidateFits, parseMessage, ufragOf, withSession } from '../../web/messages.js';
import { EarlyCandidates } from '../../web/early.js';

const SDP = 'v=0\r\na=ice-ufrag:abcd\r\nm=video 9 X 96\r\n';

/** @param {string} ufrag @param {string} [session] */
function candidate(ufrag, session) {
  const init = { candidate: `candidate:1 1 udp 1 192.0.2.1 9 typ host ufrag ${ufrag}`, sdpMid: '0' };
  return withSession({ type: /** @type {const} */ ('icecandidate'), candidate: init }, session);
}

test('what is no message is null', () => {
  const bodies = ['', 'x', '1', 'null', '[]', '{}', '{"type":1}', '{"type":"offer"}', '{"type":"answer","sdp":1}',
    '{"type":"icecandidate"}', '{"type":"icecandidate","candidate":null}', '{"type":"other"}'];
  for (const body of bodies) assert.equal(parseMessage(body), null, body);
});

test('messages keep what belongs to them and nothing else', () => {
  assert.deepEqual(parseMessage('{"type":"offer","sdp":"s","session":"q","more":1}'), { type: 'offer', sdp: 's', session: 'q' });
  assert.deepEqual(parseMessage('{"type":"answer","sdp":"s","session":7}'), { type: 'answer', sdp: 's' });
  assert.deepEqual(parseMessage('{"type":"watch"}'), { type: 'watch' });
  assert.deepEqual(parseMessage('{"type":"icecandidate","candidate":{"candidate":"c","sdpMLineIndex":0,"usernameFragment":5}}'), {
    type: 'icecandidate',
    candidate: { candidate: 'c', sdpMid: null, sdpMLineIndex: 0, usernameFragment: null },
  });
});

test('a candidate names its description by the ufrag', () => {
  assert.equal(ufragOf({ candidate: 'x', usernameFragment: 'u' }), 'u');
  assert.equal(ufragOf(candidate('efgh').candidate), 'efgh');
  assert.equal(candidateFits(candidate('abcd').candidate, SDP), true);
  assert.equal(candidateFits(candidate('efgh').candidate, SDP), false);
  assert.equal(candidateFits({ candidate: 'candidate:1' }, SDP), true);
});

test('early candidates come back with their own offer only', () => {
  const early = new EarlyCandidates();
  const wanted = candidate('abcd', 'now');
  early.hold('a', candidate('abcd', 'before'));
  early.hold('a', wanted);
  early.hold('b', candidate('abcd', 'now'));
  assert.deepEqual(early.take('a', { type: 'offer', sdp: SDP, session: 'now' }), [wanted]);
  assert.deepEqual(early.take('a', { type: 'offer', sdp: SDP, session: 'now' }), []);
  assert.equal(early.take('b', { type: 'offer', sdp: SDP, session: 'now' }).length, 1);
});

test('without sessions the ufrag tells a stale candidate', () => {
  const early = new EarlyCandidates();
  const wanted = candidate('abcd');
  early.hold('a', candidate('efgh'));
  early.hold('a', wanted);
  assert.deepEqual(early.take('a', { type: 'offer', sdp: SDP }), [wanted]);
});

test('early candidates are bounded', () => {
  const early = new EarlyCandidates(3);
  for (let i = 0; i < 10; i++) early.hold('a', candidate('abcd'));
  assert.equal(early.take('a', { type: 'offer', sdp: SDP }).length, 3);
});

test('what a camera says of itself is kept as far as it makes sense', () => {
  assert.deepEqual(parseMessage('{"type":"offer","sdp":"s","name":"Hall","video":"paused"}'), { type: 'offer', sdp: 's', name: 'Hall', video: 'paused' });
  assert.deepEqual(parseMessage('{"type":"state","session":"q","name":7,"video":"odd"}'), { type: 'state', session: 'q' });
  assert.deepEqual(parseMessage('{"type":"state","session":"q","video":"unsupported","codecs":"VP8"}'), { type: 'state', session: 'q', unfit: 'VP8' });
  assert.deepEqual(parseMessage('{"type":"state","video":"unsupported","codecs":7}'), { type: 'state', unfit: '' });
  const long = parseMessage(JSON.stringify({ type: 'state', name: 'x'.repeat(100) }));
  assert.equal(long?.type === 'state' && long.name?.length, 64);
  assert.deepEqual(parseMessage('{"type":"answer","sdp":"s","name":"Hall"}'), { type: 'answer', sdp: 's' });
});
