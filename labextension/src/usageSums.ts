/** What was used, summed up and sorted as somebody looks at it: no React, so that it is tested without. */

import type { IUsage } from './administrationTypes';

/** Whom it is summed up by; '' where it is not told apart. */
export type UsageView = 'both' | 'user' | 'project';

export const NUMBERS = [
  'cpuHours',
  'memoryGibHours',
  'gpuHours',
  'storageGbHours',
  'storageGb',
  'endpointHours',
  'endpointStages'
] as const;

export function summedUp(items: IUsage[], view: UsageView): IUsage[] {
  const found = new Map<string, IUsage>();
  for (const item of items) {
    const userId = view === 'project' ? '' : item.userId;
    const appKey = view === 'user' ? '' : item.appKey;
    const key = JSON.stringify([appKey, userId]);
    const sum = found.get(key) ?? { ...item, appKey, userId };
    if (found.has(key)) {
      NUMBERS.forEach(name => (sum[name] += item[name]));
    }
    found.set(key, sum);
  }
  return [...found.values()];
}

/** @param sort - a field, with a leading minus for descending. */
export function sorted(items: IUsage[], sort: string): IUsage[] {
  const key = sort.replace(/^-/, '') as keyof IUsage;
  const way = sort.startsWith('-') ? -1 : 1;
  return [...items].sort((one, other) => {
    const [a, b] = [one[key], other[key]];
    const order = typeof a === 'number' ? a - (b as number) : String(a).localeCompare(String(b));
    return way * order;
  });
}
