import assert from 'node:assert/strict';
import { test } from 'node:test';

import { jsonText } from '../src/json';

test('what is short stays on one line', () => {
  assert.equal(
    jsonText({
      instances: [
        [1, 2.5],
        ['a', null]
      ]
    }),
    '{"instances": [[1, 2.5], ["a", null]]}'
  );
});

test('what is long is indented, and reads back as it was', () => {
  const value = {
    instances: Array.from({ length: 30 }, (_, n) => [n, n / 2, `row ${n}`]),
    deep: {}
  };
  const text = jsonText(value);
  assert.deepEqual(JSON.parse(text), value);
  assert.match(text, /^ {4}\[0, 0, "row 0"\],$/m);
});

test('a text or nothing is JSON, too', () => {
  assert.equal(jsonText('it'), '"it"');
  assert.equal(jsonText(null), 'null');
});
