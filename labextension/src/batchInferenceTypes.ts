/** Batch inferences as the backend says them. */

import type { IFlavor, IImage } from './catalogueTypes';
import type { IModel, ITag, ITrainingNode, ITrainingProgress } from './types';

export type BatchInferenceStatus =
  | 'CREATE_REQUESTED'
  | 'CREATE_IN_PROGRESS'
  | 'RUNNING'
  | 'STOP_IN_PROGRESS'
  | 'STOPPED'
  | 'COMPLETE_IN_PROGRESS'
  | 'COMPLETE'
  | 'FAIL_BATCH_INFERENCE_IN_PROGRESS'
  | 'FAIL_BATCH_INFERENCE'
  | 'CREATE_FAILED';

export interface IBatchInferenceCreate {
  batchInferenceName: string;
  description?: string;
  flavorId: string;
  instanceCount?: number;
  modelId: string;
  imageId?: string | null;
  podCount?: number;
  inputDataUri: string;
  inputDataTypeCode?: 'JSON' | 'JSONL';
  includeGlobPattern?: string | null;
  excludeGlobPattern?: string | null;
  outputUploadUri: string;
  maxBatchSize?: number;
  inferenceTimeoutSeconds?: number;
  dataStorageSize?: number | null;
  timeoutMinutes?: number;
  useLog?: boolean;
  tagList?: ITag[];
}

export interface IBatchInferenceUpdate {
  batchInferenceName?: string;
  description?: string;
  tagList?: ITag[];
}

export interface IBatchInference {
  batchInferenceId: string;
  batchInferenceName: string;
  description: string;
  batchInferenceStatusCode: BatchInferenceStatus;
  batchInferenceStatusReason: string;
  instanceCount: number;
  timeoutMinutes: number;
  flavor: IFlavor;
  image: IImage | null;
  /** As it was when this was created. */
  model: Pick<IModel, 'modelId' | 'modelName'>;
  podCount: number;
  maxBatchSize: number;
  inferenceTimeoutSeconds: number;
  inputDataUri: string;
  inputDataTypeCode: 'JSON' | 'JSONL';
  includeGlobPattern: string | null;
  excludeGlobPattern: string | null;
  outputUploadUri: string;
  /** Where the results lie once uploaded. */
  outputUri: string | null;
  dataStorageSize: number | null;
  inputFileCount: number;
  /** Rows. */
  inputDataCount: number;
  processCount: number;
  success2xxCount: number;
  fail4xxCount: number;
  fail5xxCount: number;
  elapsedTimeSeconds: number;
  useLog: boolean;
  tagList: ITag[];
  nodeList: ITrainingNode[];
  progress: ITrainingProgress | null;
  createdDatetime: string;
  startedDatetime: string | null;
  endedDatetime: string | null;
  createdBy: string;
  logTail: string;
}
