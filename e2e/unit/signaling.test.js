// @ts-check
import assert from 'node:assert/strict';
import test from 'node:test';
import { Mailbox } from '../../web/signaling.js';
import { base64, unbase64, utf8 } from '../../web/text.js';

const never = new AbortController().signal;
const FAST = { firstByte: 50, silence: 200, idle: 20, taken: 5, minDelay: 1, maxDelay: 4 };

/**
 * A mailbox whose server is a list of answers, one for each request.
 *
 * @param {import('node:test').TestContext} t
 * @param {((url: URL, init: RequestInit & {headers: Record<string, string>}) => Response | Promise<Response>)[]} answers
 * @param {Partial<import('../../web/signaling.js').MailboxOptions>} [options]
 */
function mailbox(t, answers, options = {}) {
  const stop = new AbortController();
  t.after(() => stop.abort());
  /** @type {{url: URL, init: RequestInit & {headers: Record<string, string>}}[]} */
  const requests = [];
  /** @type {string[]} */
  const states = [];
  /** @type {string[][]} */
  const messages = [];
  const fetch = async (/** @type {any} */ url, /** @type {any} */ init) => {
    requests.push({ url, init });
    const answer = answers[requests.length - 1];
    return answer ? answer(url, init) : silence(init.signal);
  };
  const box = new Mailbox({
    url: 'http://h/', id: 'me', password: 'pä:ss', fetch, times: FAST,
    onmessage: (from, body) => messages.push([from, body]),
    onstate: (state) => states.push(state),
    ...options,
  });
  const eventually = async (/** @type {() => boolean} */ condition) => {
    while (!condition()) await new Promise((resolve) => setImmediate(resolve));
  };
  return { box, requests, states, messages, eventually, run: () => box.run(stop.signal) };
}

/** A request that is never answered. @param {AbortSignal} signal @returns {Promise<Response>} */
function silence(signal) {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
}

/** @param {...string} pieces of a stream that then stays open, or ends with '' */
function stream(...pieces) {
  return (/** @type {URL} */ _, /** @type {RequestInit} */ { signal }) => {
    const body = new ReadableStream({
      start(controller) {
        for (const piece of pieces) piece ? controller.enqueue(new TextEncoder().encode(piece)) : controller.close();
        signal?.addEventListener('abort', () => pieces.at(-1) && controller.error(signal.reason));
      },
    });
    return new Response(body, { headers: { 'Content-Type': 'text/event-stream' } });
  };
}

/** @param {number} status @param {Record<string, string>} [headers] @param {string} [body] */
function answer(status, headers, body) {
  return () => new Response(status === 204 ? null : body, { status, headers });
}

const MESSAGE = 'id: a-1\nevent: message\ndata: {"from":"you","body":"hello"}\n\n';

test('a stream is read on from the last message', async (t) => {
  const { requests, messages, states, eventually, run } = mailbox(t, [stream(': open\n\n', MESSAGE, '')]);
  void run();
  await eventually(() => requests.length === 2);
  assert.deepEqual(messages, [['you', 'hello']]);
  assert.deepEqual(requests.map(({ init }) => init.headers['Last-Event-ID']), ['0', 'a-1']);
  assert.equal(requests[0].init.headers.Authorization, `Basic ${base64('me:pä:ss')}`);
  assert.equal(requests[0].init.credentials, 'omit');
  assert.deepEqual(states, ['open']);
});

test('bytes that are no text come decoded', async (t) => {
  const { messages, eventually, run } = mailbox(t, [stream(`id: 1\nevent: message\ndata: {"from":"y","body":"${base64('ü')}","encoding":"base64"}\n\n`)]);
  void run();
  await eventually(() => messages.length === 1);
  assert.deepEqual(messages, [['y', 'ü']]);
});

test('where no stream comes through, it polls', async (t) => {
  const held = (/** @type {URL} */ _, /** @type {RequestInit} */ init) => silence(/** @type {AbortSignal} */ (init.signal));
  const { requests, messages, states, eventually, run } = mailbox(t, [held, answer(200, { 'X-Message-ID': 'a-1', 'X-From': 'y\u00c3\u00bc' }, 'hello'), answer(204)]);
  void run();
  await eventually(() => requests.length === 3);
  assert.deepEqual(messages, [['yü', 'hello']]);
  assert.deepEqual(states, ['open']);
  assert.equal(requests[1].init.headers.Accept, undefined);
  assert.equal(requests[2].init.headers['Last-Event-ID'], 'a-1');
});

test('a displaced reader does not fight back, and resumes when told', async (t) => {
  const { box, requests, states, eventually, run } = mailbox(t, [stream(': open\n\n', 'event: displaced\ndata:\n\n', '')]);
  void run();
  await eventually(() => box.state === 'displaced');
  box.nudge();
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
  assert.equal(requests.length, 1);
  box.resume();
  await eventually(() => requests.length === 2);
  assert.deepEqual(states, ['open', 'displaced', 'connecting']);
});

test('a request of its own that was given up and came late displaces nobody', async (t) => {
  const displaced = stream(': open\n\n', 'event: displaced\ndata:\n\n', '');
  const lost = () => Promise.reject(new TypeError('failed to fetch'));
  const { box, requests, states, eventually, run } = mailbox(t, [lost, displaced, displaced]);
  void run();
  await eventually(() => box.state === 'displaced');
  assert.equal(requests.length, 3); // the second time it is another reader
  assert.deepEqual(states, ['open', 'displaced']);
});

test('states follow what the server says', async (t) => {
  const { states, eventually, run } = mailbox(t, [answer(401), answer(429), answer(403, {}, 'identifier not allowed')], { times: { ...FAST, refused: 5 } });
  void run();
  await eventually(() => states.includes('refused'));
  assert.deepEqual(states, ['taken', 'refused']);
});

test('one broken connection is not yet offline, two are', async (t) => {
  const broken = () => Promise.reject(new TypeError('failed to fetch'));
  const { states, eventually, run } = mailbox(t, [stream(': open\n\n', ''), broken, stream(': open\n\n', ''), broken, broken, stream(': open\n\n')]);
  void run();
  await eventually(() => states.length === 3);
  assert.deepEqual(states, ['open', 'offline', 'open']);
});

test('messages go out one after the other, and again with the same key', async (t) => {
  /** @type {(response: Response) => void} */
  let release = () => {};
  const slow = () => new Promise((/** @type {(response: Response) => void} */ resolve) => { release = resolve; });
  const { box, requests, eventually } = mailbox(t, [slow, answer(503), answer(200)]);
  const first = box.send('you', '1', { signal: never });
  const second = box.send('you', '2', { signal: never });
  await eventually(() => requests.length === 1);
  release(new Response());
  await Promise.all([first, second]);
  assert.deepEqual(requests.map(({ init }) => init.body), ['1', '2', '2']);
  const keys = requests.map(({ init }) => init.headers['Idempotency-Key']);
  assert.equal(keys[1], keys[2]);
  assert.notEqual(keys[0], keys[1]);
  assert.equal(String(requests[0].url), 'http://h/inbox?to=you');
});

test('one receiver does not hold up another', async (t) => {
  const { box } = mailbox(t, [(_, { signal }) => silence(/** @type {AbortSignal} */ (signal)), answer(200)]);
  const stop = new AbortController();
  const stuck = box.send('slow', '1', { signal: stop.signal });
  await box.send('fast', '2', { signal: never });
  stop.abort(new Error('enough'));
  await assert.rejects(stuck, /enough/);
});

test('what cannot succeed is not sent again', async (t) => {
  for (const [status, code] of /** @type {const} */ ([[404, 'absent'], [401, 'taken'], [403, 'refused'], [413, 'rejected']])) {
    const { box, requests } = mailbox(t, [answer(status)]);
    await assert.rejects(box.send('you', 'x', { signal: never }), { name: 'MailboxError', code });
    assert.equal(requests.length, 1);
  }
});

test('a message that is too old is given up', async (t) => {
  const { box } = mailbox(t, Array(100).fill(answer(503)));
  await assert.rejects(box.send('you', 'x', { signal: never, maxAge: 20 }), { code: 'stale' });
});

test('Retry-After is obeyed', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { box, requests, eventually } = mailbox(t, [answer(429, { 'Retry-After': '3' }), answer(200)]);
  const sent = box.send('you', 'x', { signal: never });
  await eventually(() => requests.length === 1);
  for (let i = 0; i < 20; i++) await Promise.resolve();
  t.mock.timers.tick(2999);
  for (let i = 0; i < 20; i++) await Promise.resolve();
  assert.equal(requests.length, 1);
  t.mock.timers.tick(1);
  await sent;
});

test('headers that fetch gives as bytes are UTF-8', () => {
  assert.equal(utf8('\u00c3\u00a9'), 'é');
  assert.equal(unbase64(base64('né 😀')), 'né 😀');
});
