// @ts-check
import assert from 'node:assert/strict';
import test from 'node:test';
import { Liveness } from '../../web/liveness.js';
import { FakeConnection } from './fake-connection.js';

/** Lets everything run that waits for nothing but promises. */
async function settle() {
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
}

test('a picture of which nothing comes any more is noticed within two seconds', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  let now = 0;
  t.mock.method(performance, 'now', () => now);
  const pc = new FakeConnection();
  /** @type {[number, boolean][]} */
  const changes = [];
  const liveness = new Liveness(/** @type {any} */ (pc), () => changes.push([now, liveness.stalled]));
  t.after(() => liveness.close());
  /** @param {number} ms @param {() => number} packets */
  const pass = async (ms, packets) => {
    for (const end = now + ms; now < end; ) {
      now += 100;
      pc.stats = new Map([
        ['a', { type: 'inbound-rtp', kind: 'audio', packetsReceived: now }],
        ['v', { type: 'inbound-rtp', kind: 'video', packetsReceived: packets() }],
      ]);
      t.mock.timers.tick(100);
      await settle();
    }
  };
  await pass(5000, () => 0); // not a picture yet
  await pass(5000, () => now);
  assert.equal(changes.length, 0);
  const last = now;
  await pass(5000, () => last);
  assert.deepEqual(changes.map(([, stalled]) => stalled), [true]);
  assert.ok(changes[0][0] - last <= 2000, `noticed after ${changes[0][0] - last} ms`);
  await pass(1000, () => now);
  assert.equal(liveness.stalled, false);
  liveness.close();
  await pass(5000, () => last);
  assert.equal(changes.length, 2);
});
