import assert from 'node:assert/strict';
import { test } from 'node:test';

import { plainText, spans } from '../src/log/ansi';
import { LogBuffer } from '../src/log/buffer';

const lines = (buffer: LogBuffer): string[] =>
  Array.from({ length: buffer.length }, (_, index) => buffer.line(index));

test('pieces of a log join to whole lines', () => {
  const buffer = new LogBuffer();
  buffer.push('one\ntw');
  assert.deepEqual(lines(buffer), ['one', 'tw']);
  buffer.push('o\nthree\n');
  assert.deepEqual(lines(buffer), ['one', 'two', 'three']);
});

test('a progress bar leaves its last state', () => {
  const buffer = new LogBuffer();
  buffer.push('epoch 1:  10%\repoch 1:  ');
  buffer.push('50%\repoch 1: 100%\r\ndone');
  assert.deepEqual(lines(buffer), ['epoch 1: 100%', 'done']);
});

test('the oldest lines of a long log go, and are counted', () => {
  const buffer = new LogBuffer(100);
  buffer.push(Array.from({ length: 250 }, (_, index) => `line ${index}\n`).join(''));
  assert.equal(buffer.length, 100);
  assert.equal(buffer.dropped, 150);
  assert.equal(buffer.line(0), 'line 150');
});

test('a hundred thousand lines are searched without regard to case and colours', () => {
  const buffer = new LogBuffer();
  buffer.push(Array.from({ length: 100_000 }, (_, index) => `step ${index}\n`).join(''));
  buffer.push('\x1b[31mVal\x1b[0mue missing\n');
  assert.deepEqual(buffer.find('value MISSING'), [100_000]);
});

test('colours become classes, all other control sequences go', () => {
  assert.deepEqual(spans('a \x1b[1;31mred\x1b[0m\x1b[2K b'), [
    { text: 'a ', className: '' },
    { text: 'red', className: 'ansi-bold ansi-red-fg' },
    { text: ' b', className: '' }
  ]);
  assert.deepEqual(spans('\x1b[38;5;208mx\x1b[92my'), [
    { text: 'x', className: '' },
    { text: 'y', className: 'ansi-green-intense-fg' }
  ]);
  assert.equal(plainText('\x1b]0;title\x07\x1b[32mok\x1b[0m\n'), 'ok\n');
});
