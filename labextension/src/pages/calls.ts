/** The ways a stage resource can be called: its own path first, then the protocols'. */

import type { IModelSchema, IStage, IStageResource } from '../endpointTypes';

export interface ICall {
  /** Below the stage's address. */
  path: string;
  /** Without the scheme, maybe. */
  url: string;
  /** Such as V1; empty for its own path. */
  protocol: string;
  /** Its own path, which is called when none is named. */
  own: boolean;
}

export function callsOf(
  stage: IStage,
  resource: IStageResource,
  schema: IModelSchema | null
): ICall[] {
  const base = bare(stage.apigwStageUrl);
  const own = resource.apigwResourceUri || `/v1/models/${resource.model.modelName}/predict`;
  const calls: ICall[] = [
    {
      path: own,
      url: resource.apigwEndpointUri || `${stage.apigwStageUrl}${own}`,
      protocol: '',
      own: true
    }
  ];
  for (const { protocol, method, url } of schema?.urlList ?? []) {
    const known = bare(url);
    if (method === 'POST' && known.startsWith(base)) {
      const path = known.slice(base.length);
      if (path && !calls.some(each => each.path === path)) {
        calls.push({ path, url, protocol, own: false });
      }
    }
  }
  return calls;
}

function bare(url: string): string {
  return url.replace(/^https?:\/\//, '').replace(/\/$/, '');
}
