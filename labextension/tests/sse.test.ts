import assert from 'node:assert/strict';
import { test } from 'node:test';

import { MessageParser } from '../src/sse';

test('a message split over several pieces arrives once and whole', () => {
  const parser = new MessageParser();
  assert.deepEqual(parser.push('event: log\nid: 7\nda'), []);
  assert.deepEqual(parser.push('ta: {"text": "a"}\n'), []);
  assert.deepEqual(parser.push('\nevent: end\ndata: {}\n\n'), [
    { event: 'log', data: '{"text": "a"}', id: '7' },
    { event: 'end', data: '{}', id: null }
  ]);
});

test('heartbeats are no messages', () => {
  assert.deepEqual(new MessageParser().push(': ping - 12:00\r\n\r\n'), []);
});

test('a line end of two characters may be cut in the middle', () => {
  const parser = new MessageParser();
  assert.deepEqual(parser.push('data: one\r\n\r'), []);
  assert.deepEqual(parser.push('\ndata: two\r\n\r\n'), [
    { event: 'message', data: 'one', id: null },
    { event: 'message', data: 'two', id: null }
  ]);
});
