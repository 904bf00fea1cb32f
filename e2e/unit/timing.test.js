// @ts-check
import assert from 'node:assert/strict';
import test from 'node:test';
import { Backoff, Pause, Watchdog, sleep, either } from '../../web/timing.js';

const never = new AbortController().signal;

test('delays grow to the bound, with half of each left to chance', () => {
  const least = new Backoff({ min: 100, max: 1000, random: () => 0 });
  const most = new Backoff({ min: 100, max: 1000, random: () => 1 });
  assert.deepEqual(Array.from({ length: 6 }, () => least.next()), [50, 100, 200, 400, 500, 500]);
  assert.deepEqual(Array.from({ length: 6 }, () => most.next()), [100, 200, 400, 800, 1000, 1000]);
  most.reset();
  assert.equal(most.next(), 100);
});

test('a pause ends by time, by its owner or by the signal', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const slept = sleep(1000, never);
  t.mock.timers.tick(1000);
  await slept;

  const pause = new Pause();
  const waits = [pause.wait(Infinity, never), pause.wait(5000, never)];
  pause.end();
  await Promise.all(waits);

  const controller = new AbortController();
  const aborted = pause.wait(Infinity, controller.signal);
  controller.abort(new Error('enough'));
  await assert.rejects(aborted, /enough/);
  await assert.rejects(pause.wait(1, controller.signal), /enough/);
});

test('a watchdog bites when it is not fed', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const dog = new Watchdog(never, 100);
  t.mock.timers.tick(99);
  dog.feed(100);
  t.mock.timers.tick(99);
  assert.equal(dog.signal.aborted, false);
  t.mock.timers.tick(1);
  assert.equal(dog.signal.reason.name, 'TimeoutError');
});

test('a watchdog follows its parent, until it is released', () => {
  const parent = new AbortController();
  const dog = new Watchdog(parent.signal, 1000);
  const released = new Watchdog(parent.signal, 1000);
  released.release();
  parent.abort(new Error('over'));
  assert.equal(dog.signal.reason.message, 'over');
  assert.equal(released.signal.aborted, false);
  assert.equal(new Watchdog(parent.signal, 1000).signal.aborted, true);
});

test('either of two signals ends both, with its reason', () => {
  for (const first of [true, false]) {
    const [one, other] = [new AbortController(), new AbortController()];
    const both = either(one.signal, other.signal);
    assert.equal(both.aborted, false);
    (first ? one : other).abort('gone');
    assert.equal(both.reason, 'gone');
    assert.equal(either(one.signal, other.signal).reason, 'gone');
  }
});
