import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';

import { curlOf, pythonOf } from '../src/pages/snippetTexts';

const BODY = `{"instances": [["it's", "$HOME", "a\\"b"], [true, null, 1.5]]}`;
const URL = 'https://127.0.0.1:8443/endpoints/default/irises/inference';

test('the shell hands curl the body as it was typed', () => {
  const text = curlOf(URL, BODY, true).replace(/^curl/, `printf '%s\\n'`);
  const words = execFileSync('sh', ['-c', text], {
    env: { ...process.env, EASYMAKER_API_KEY: 'secret' }
  })
    .toString()
    .split('\n');
  assert.equal(words[words.indexOf('-d') + 1], BODY);
  assert.ok(words.includes(URL));
  assert.ok(words.includes('X-Api-Key: secret'));
});

test('Python reads the same value', () => {
  const text = pythonOf(URL, BODY, false);
  const literal = text.split('json=')[1].split(',\n    timeout')[0];
  const program = `import json; print(json.dumps(${literal}))`;
  assert.deepEqual(
    JSON.parse(execFileSync('python3', ['-c', program]).toString()),
    JSON.parse(BODY)
  );
});

test('a key is only asked for where the endpoint wants one', () => {
  assert.doesNotMatch(curlOf(URL, BODY, false), /X-Api-Key/);
  assert.match(pythonOf(URL, BODY, true), /os\.environ\["EASYMAKER_API_KEY"\]/);
});
