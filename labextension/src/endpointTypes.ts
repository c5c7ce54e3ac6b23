/** Endpoints, their stages, stage resources and calls as the backend says them. */

import type { IFlavor } from './catalogueTypes';
import type { IModel, ITag } from './types';

export type EndpointStatus =
  | 'CREATE_REQUESTED'
  | 'CREATE_IN_PROGRESS'
  | 'UPDATE_IN_PROGRESS'
  | 'DELETE_IN_PROGRESS'
  | 'ACTIVE'
  | 'CREATE_FAILED'
  | 'UPDATE_FAILED';

export type StageStatus =
  | 'CREATE_REQUESTED'
  | 'CREATE_IN_PROGRESS'
  | 'DEPLOY_IN_PROGRESS'
  | 'DELETE_IN_PROGRESS'
  | 'ACTIVE'
  | 'CREATE_FAILED'
  | 'DEPLOY_FAILED';

export type StageResourceStatus =
  'CREATE_REQUESTED' | 'CREATE_IN_PROGRESS' | 'DELETE_IN_PROGRESS' | 'ACTIVE' | 'CREATE_FAILED';

export type GatewayStatus =
  | 'CREATE_IN_PROGRESS'
  | 'STAGE_DEPLOYING'
  | 'ACTIVE'
  | 'NOT_FOUND_STAGE'
  | 'NOT_FOUND_STAGE_DEPLOY_RESULT'
  | 'STAGE_DEPLOY_FAIL';

export type PodStatus = 'QUEUED' | 'STARTING' | 'READY' | 'DRAINING' | 'FAILED';

export type ScaleMetric = 'CPU_UTILIZATION' | 'MEMORY_UTILIZATION' | 'REQUESTS_IN_FLIGHT';

/** What one pod may use, spelled as Kubernetes does. */
export interface IPodResources {
  cpu: string;
  memory: string;
  gpu: string;
}

/** A stage resource as it is asked for. */
export interface IStageResourceCreate {
  modelId: string;
  apigwResourceUri?: string | null;
  podCount?: number;
  description?: string;
  resourceOptionDetail?: IPodResources | null;
  podAutoScaleEnable?: boolean;
  scaleMetricCode?: ScaleMetric | null;
  scaleMetricTarget?: number | null;
}

export interface IStageSettings {
  description?: string;
  endpointModelResourceList: IStageResourceCreate[];
  flavorId: string;
  nodeCount?: number;
  caEnable?: boolean;
  caMinNodeCount?: number;
  caMaxNodeCount?: number;
  caScaleDownEnable?: boolean;
  caScaleDownUtilThresh?: number;
  caScaleDownUnneededTime?: number;
  caScaleDownDelayAfterAdd?: number;
  useLog?: boolean;
  tagList?: ITag[];
}

export interface IEndpointCreate extends IStageSettings {
  endpointName: string;
  useApiKey?: boolean;
}

export interface IStageCreate extends IStageSettings {
  endpointId: string;
  apigwStageName: string;
}

export interface IEndpointUpdate {
  description?: string;
  tagList?: ITag[];
  useApiKey?: boolean;
}

export type IStageUpdate = Partial<Omit<IStageSettings, 'endpointModelResourceList' | 'flavorId'>>;

export interface IStageResourceUpdate {
  description?: string;
  podCount?: number;
  modelId?: string;
}

export interface IPod {
  podName: string;
  podStatusCode: PodStatus;
  restartCount: number;
  reason: string;
  startedDatetime: string | null;
}

export interface IStageResource {
  endpointModelId: string;
  endpointId: string;
  endpointStageId: string;
  description: string;
  endpointModelStatusCode: StageResourceStatus;
  endpointModelStatusReason: string;
  modelId: string;
  model: Pick<IModel, 'modelId' | 'modelName'> & Partial<IModel>;
  /** Such as `/inference`; empty: only the protocols' paths. */
  apigwResourceUri: string;
  /** The whole address without the scheme. */
  apigwEndpointUri: string;
  podCount: number;
  runningPodCount: number;
  podList: IPod[];
  resourceOptionDetail: IPodResources;
  podAutoScaleEnable: boolean;
  scaleMetricCode: ScaleMetric | null;
  scaleMetricTarget: number | null;
  createdDatetime: string;
  createdBy: string;
}

export interface IAutoScaler {
  enable: boolean;
  minNodeCount: number;
  maxNodeCount: number;
  scaleDownEnable: boolean;
  scaleDownUtilThreshPercentage: number;
  scaleDownUnneededMinute: number;
  scaleDownDelayAfterAddMinute: number;
}

export interface IStage {
  endpointStageId: string;
  endpointId: string;
  endpointStageName: string;
  description: string;
  endpointStageStatusCode: StageStatus;
  endpointStageStatusReason: string;
  /** Without the scheme. */
  apigwStageUrl: string;
  deployStatus: GatewayStatus | '';
  deployStatusReason: string;
  isDefaultStage: boolean;
  /** Percent of the default address's calls. */
  weight: number;
  flavor: IFlavor;
  autoScaler: IAutoScaler;
  nodeCount: number;
  isClusterLatest: boolean;
  expiredDatetime: string | null;
  podCount: number;
  runningPodCount: number;
  endpointModelList: IStageResource[];
  useLog: boolean;
  tagList: ITag[];
  createdDatetime: string;
  createdBy: string;
}

export interface IStageWeight {
  endpointStageId: string;
  weight: number;
}

export interface IEndpoint {
  endpointId: string;
  endpointName: string;
  description: string;
  endpointStatusCode: EndpointStatus;
  endpointStatusReason: string;
  /** Of the default stage. */
  apigwStatusCode: GatewayStatus;
  /** Without the scheme. */
  defaultStageUrl: string;
  endpointStageList: IStage[];
  /** Of a canary; empty: all to the default stage. */
  trafficList: IStageWeight[];
  useApiKey: boolean;
  tagList: ITag[];
  createdDatetime: string;
  createdBy: string;
}

export interface IApiKey {
  apiKeyId: string;
  apiKeyName: string;
  /** Only in the answer to its creation. */
  apiKey: string | null;
  createdDatetime: string;
  createdBy: string;
}

export interface ICallTotals {
  callCount: number;
  success2xxCount: number;
  fail4xxCount: number;
  fail5xxCount: number;
  otherCount: number;
  averageMilliseconds: number | null;
  p50Milliseconds: number | null;
  p90Milliseconds: number | null;
  p99Milliseconds: number | null;
}

export interface ICallPoint extends ICallTotals {
  /** The beginning of its interval. */
  datetime: string;
}

export interface IPathCalls extends ICallTotals {
  endpointModelId: string;
  modelName: string;
  path: string;
  byDefaultAddress: boolean;
}

export interface IStageStatistics {
  available: boolean;
  reason: string;
  fromDatetime: string;
  toDatetime: string;
  intervalSeconds: number;
  totals: ICallTotals;
  pointList: ICallPoint[];
  pathList: IPathCalls[];
}

export interface IPrediction {
  statusCode: number;
  elapsedMilliseconds: number;
  headerList: { name: string; value: string }[];
  /** JSON where it was, else text. */
  body: unknown;
  url: string;
}

export interface IModelSchema {
  requestSchema: Record<string, unknown> | null;
  responseSchema: Record<string, unknown> | null;
  example: unknown;
  metadata: Record<string, unknown>;
  urlList: { protocol: string; method: string; url: string }[];
}

/** One of the endpoints that are called most, with what its stages answered. */
export interface IBusyEndpoint {
  endpointId: string;
  endpointName: string;
  callCount: number;
  endpointStageList: {
    endpointStageId: string;
    endpointStageName: string;
    isDefaultStage: boolean;
    successCount: number;
    failCount: number;
    callCount: number;
  }[];
}
