// @ts-check
import assert from 'node:assert/strict';
import test from 'node:test';
import { route } from '../../web/route.js';

/** @param {...import('../../web/stats.js').Stat} stats */
const report = (...stats) => new Map(stats.map((stat) => [stat.id, stat]));
const host = { id: 'host', type: 'local-candidate', candidateType: 'host', protocol: 'udp' };
const relay = { id: 'relay', type: 'local-candidate', candidateType: 'relay', protocol: 'udp', relayProtocol: 'tls' };
const mapped = { id: 'mapped', type: 'remote-candidate', candidateType: 'srflx', protocol: 'udp' };
/** @param {string} id @param {string} localCandidateId @param {object} [more] */
const pair = (id, localCandidateId, more) => ({ id, type: 'candidate-pair', localCandidateId, remoteCandidateId: 'mapped', state: 'succeeded', ...more });

test('the transport names the pair, whatever else was nominated', () => {
  const transport = { id: 't', type: 'transport', selectedCandidatePairId: 'b' };
  const got = route(report(host, relay, mapped, pair('a', 'host', { nominated: true }), pair('b', 'relay', { nominated: true }), transport));
  assert.deepEqual(got, { kind: 'relay', local: 'relay', remote: 'srflx', protocol: 'tls' });
});

test('without a transport the pair that is marked counts', () => {
  const got = route(report(host, relay, mapped, pair('a', 'relay', { nominated: true }), pair('b', 'host', { nominated: true, selected: true })));
  assert.deepEqual(got, { kind: 'direct', local: 'host', remote: 'srflx', protocol: 'udp' });
});

test('without a mark the nominated pair that received last counts', () => {
  const old = pair('a', 'relay', { nominated: true, lastPacketReceivedTimestamp: 1 });
  const failed = pair('c', 'relay', { nominated: true, state: 'failed', lastPacketReceivedTimestamp: 3 });
  const got = route(report(host, relay, mapped, old, pair('b', 'host', { nominated: true, lastPacketReceivedTimestamp: 2 }), failed));
  assert.equal(got?.kind, 'direct');
});

test('a relay at the other end is a relay as well', () => {
  const far = { ...mapped, candidateType: 'relay' };
  assert.equal(route(report(host, far, pair('a', 'host', { nominated: true })))?.kind, 'relay');
});

test('no pair, no route', () => {
  assert.equal(route(report(host, mapped, pair('a', 'host', { state: 'in-progress' }))), undefined);
});
