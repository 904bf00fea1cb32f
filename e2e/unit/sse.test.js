// @ts-check
import assert from 'node:assert/strict';
import test from 'node:test';
import { EventStreamParser } from '../../web/sse.js';

const STREAM = ': open\n\nid: a-1\nevent: message\ndata: {"from":"x","body":"1"}\n\n:\n\nid: a-2\r\ndata: two\r\ndata: lines\r\n\r\nevent: displaced\ndata:\n\n';
const EVENTS = [
  { id: 'a-1', event: 'message', data: '{"from":"x","body":"1"}' },
  { id: 'a-2', event: 'message', data: 'two\nlines' },
  { id: 'a-2', event: 'displaced', data: '' },
];

test('a stream is the same events wherever it is cut', () => {
  for (let size = 1; size <= STREAM.length; size++) {
    const parser = new EventStreamParser();
    const events = [];
    for (let at = 0; at < STREAM.length; at += size) events.push(...parser.push(STREAM.slice(at, at + size)));
    assert.deepEqual(events, EVENTS, `cut every ${size} characters`);
  }
});

test('comments and empty lines are no events', () => {
  assert.deepEqual(new EventStreamParser().push(': open\n\n\n:\n\n'), []);
});

test('an event that is not finished is not given', () => {
  const parser = new EventStreamParser();
  assert.deepEqual(parser.push('id: 1\ndata: x\n'), []);
  assert.deepEqual(parser.push('\n'), [{ id: '1', event: 'message', data: 'x' }]);
});
