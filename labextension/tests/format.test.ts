import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { TranslationBundle } from '@jupyterlab/translation';

import { ago, bytes, duration } from '../src/format';

const trans = { __: (text: string) => text } as unknown as TranslationBundle;

test('durations show their two largest units', () => {
  assert.equal(duration(0, trans), '0 s');
  assert.equal(duration(45, trans), '45 s');
  assert.equal(duration(192, trans), '3 min 12 s');
  assert.equal(duration(7500, trans), '2 h 5 min');
  assert.equal(duration(3600, trans), '1 h');
  assert.equal(duration(30 * 86400, trans), '30 d');
});

test('times are told from now', () => {
  const now = Date.parse('2026-01-31T12:00:00Z');
  assert.equal(ago(now - 3_000, now, 'en'), 'now');
  assert.equal(ago(now - 119_000, now, 'en'), '1 minute ago');
  assert.equal(ago(now - 26 * 3_600_000, now, 'en'), 'yesterday');
  assert.equal(ago(now - 3 * 60_000, now, 'ko'), '3분 전');
});

test('sizes are rounded to a digit', () => {
  assert.equal(bytes(512, 'en'), '512 B');
  assert.equal(bytes(1.25 * 1024 ** 3, 'en'), '1.3 GiB');
});
