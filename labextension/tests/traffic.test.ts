import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { IEndpoint } from '../src/endpointTypes';
import { moved, sharesOf } from '../src/pages/trafficShares';

const endpoint = (trafficList: IEndpoint['trafficList']): IEndpoint =>
  ({
    trafficList,
    endpointStageList: [
      { endpointStageId: 'a', isDefaultStage: true },
      { endpointStageId: 'b', isDefaultStage: false },
      { endpointStageId: 'c', isDefaultStage: false }
    ]
  }) as IEndpoint;

test('without weights all calls go to the default stage', () => {
  assert.deepEqual(sharesOf(endpoint([])), { a: 100, b: 0, c: 0 });
});

test('shares are told in percent of all weights', () => {
  const weights = [
    { endpointStageId: 'a', weight: 3 },
    { endpointStageId: 'b', weight: 1 }
  ];
  assert.deepEqual(sharesOf(endpoint(weights)), { a: 75, b: 25, c: 0 });
});

test('what one share gives up the others get in proportion', () => {
  assert.deepEqual(moved({ a: 100, b: 0 }, 'b', 10), { a: 90, b: 10 });
  assert.deepEqual(moved({ a: 100, b: 0 }, 'a', 40), { a: 40, b: 60 });
  assert.deepEqual(moved({ a: 60, b: 20, c: 20 }, 'a', 20), { a: 20, b: 40, c: 40 });
});

test('shares always add up to 100', () => {
  let shares: Record<string, number> = { a: 100, b: 0, c: 0, d: 0 };
  for (const [id, share] of [
    ['b', 33],
    ['c', 17],
    ['d', 99],
    ['a', 1],
    ['b', 0]
  ] as [string, number][]) {
    shares = moved(shares, id, share);
    assert.equal(
      Object.values(shares).reduce((sum, each) => sum + each, 0),
      100
    );
    assert.ok(Object.values(shares).every(each => each >= 0));
  }
});
