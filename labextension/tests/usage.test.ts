import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { IUsage } from '../src/administrationTypes';
import { sorted, summedUp } from '../src/usageSums';

function used(appKey: string, userId: string, cpuHours: number, storageGb = 0): IUsage {
  const none = { memoryGibHours: 0, gpuHours: 0, storageGbHours: 0, endpointHours: 0 };
  return { appKey, userId, cpuHours, storageGb, endpointStages: 0, ...none };
}

const items = [used('a', 'ada', 1, 10), used('b', 'ada', 2, 20), used('b', 'eve', 4)];

test('use is summed up by user or by project', () => {
  const brief = (view: 'user' | 'project'): unknown =>
    summedUp(items, view).map(each => [each.appKey, each.userId, each.cpuHours, each.storageGb]);
  assert.deepEqual(brief('user'), [
    ['', 'ada', 3, 30],
    ['', 'eve', 4, 0]
  ]);
  assert.deepEqual(brief('project'), [
    ['a', '', 1, 10],
    ['b', '', 6, 20]
  ]);
  assert.equal(items[0].cpuHours, 1, 'what was given is left alone');
});

test('use is sorted by numbers as numbers, either way', () => {
  const hours = (sort: string): number[] => sorted(items, sort).map(each => each.cpuHours);
  assert.deepEqual(hours('-cpuHours'), [4, 2, 1]);
  assert.deepEqual(hours('userId'), [1, 2, 4]);
});
