// @ts-check
// Who holds the lobby: two tabs of one browser, two browsers, and what an
// earlier session left in the inbox.
import assert from 'node:assert/strict';
import test from 'node:test';
import { moves, open, press, pressAction, says } from './lib/pages.js';
import { device, sendDevice, serve } from './lib/scene.js';

test('a second tab takes over, and the first can take it back', async (t) => {
  const server = await serve(t);
  const first = await device(t, `${server.url}/receive`);
  const sender = await sendDevice(t, server.url);
  await press(sender);
  await moves(first);

  const second = await open(first.browserContext(), `${server.url}/receive`);
  await says(first, /A newer tab shows the camera now/);
  await moves(second);

  await first.bringToFront();
  await pressAction(first);
  await says(second, /A newer tab shows the camera now/);
  await moves(first);
});

for (const name of /** @type {const} */ (['chromium', 'firefox'])) {
  test(`${name}: the name is taken by another browser, until that one goes`, async (t) => {
    const server = await serve(t);
    const first = await device(t, `${server.url}/receive`, name);
    await says(first, /Waiting for a camera/);
    const second = await device(t, `${server.url}/receive`, name);
    await says(second, /Another browser is the receiver/);
    await first.goto('about:blank');
    await says(second, /Or open .* press Start/);
    const sender = await sendDevice(t, server.url, name);
    await press(sender);
    await moves(second);
  });
}

test('candidates and an offer of earlier sessions are still in the inbox', async (t) => {
  const server = await serve(t);
  const receiver = await device(t, `${server.url}/trust.html`);
  await receiver.evaluate(() => localStorage.setItem('lobby-password', 'p'));
  const request = mailbox(server.url);
  assert.equal((await request('receiver:p', 'GET', '', { Prefer: 'wait=0' })).status, 204);
  const candidate = { candidate: 'candidate:1 1 udp 2122260223 127.0.0.1 9 typ host generation 0 ufrag gone', sdpMid: '0', sdpMLineIndex: 0 };
  for (const message of [
    { type: 'icecandidate', candidate, session: 'earlier' },
    { type: 'icecandidate', candidate },
    { type: 'offer', sdp: 'v=0\r\n', session: 'broken' },
    { type: 'bye', session: 'earlier' },
    'no message at all',
  ]) {
    const sent = await request('gone:q', 'POST', '?to=receiver', {}, JSON.stringify(message));
    assert.equal(sent.status, 200);
  }
  await receiver.goto(`${server.url}/receive`);
  const sender = await sendDevice(t, server.url);
  await press(sender);
  await moves(receiver);
});

/** Requests to the mailbox from outside of any page. @param {string} url */
function mailbox(url) {
  /**
   * @param {string} credentials
   * @param {string} method
   * @param {string} query
   * @param {Record<string, string>} headers
   * @param {string} [body]
   */
  return (credentials, method, query, headers, body) =>
    fetch(`${url}/inbox${query}`, { method, body, headers: { ...headers, Authorization: `Basic ${btoa(credentials)}` } });
}
