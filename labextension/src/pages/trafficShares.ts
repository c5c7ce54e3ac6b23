/** Shares of calls in whole percents that always add up to 100. */

import type { IEndpoint } from '../endpointTypes';

/** As they are in force, by stage. */
export function sharesOf(endpoint: IEndpoint): Record<string, number> {
  const weights = endpoint.trafficList;
  const sum = weights.reduce((total, each) => total + each.weight, 0);
  return Object.fromEntries(
    endpoint.endpointStageList.map(stage => {
      const own = weights.find(each => each.endpointStageId === stage.endpointStageId);
      const share = sum > 0 ? ((own?.weight ?? 0) / sum) * 100 : stage.isDefaultStage ? 100 : 0;
      return [stage.endpointStageId, Math.round(share)];
    })
  );
}

/** With one of them changed; the others give or take what is left, each in proportion. */
export function moved(
  shares: Record<string, number>,
  id: string,
  share: number
): Record<string, number> {
  const others = Object.keys(shares).filter(each => each !== id);
  const before = others.reduce((sum, each) => sum + shares[each], 0);
  const left = 100 - share;
  const next: Record<string, number> = { ...shares, [id]: share };
  let given = 0;
  others.forEach((each, index) => {
    const part = before > 0 ? shares[each] / before : 1 / others.length;
    next[each] =
      index === others.length - 1 ? left - given : Math.min(left - given, Math.round(left * part));
    given += next[each];
  });
  return next;
}
