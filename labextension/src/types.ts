/** What the backend's REST API says, field by field: the one place that spells the wire format. */

import type { IFlavor, IImage, ModelFormat } from './catalogueTypes';

export * from './catalogueTypes';

export type ResourceKind =
  | 'experiment'
  | 'training'
  | 'hyperparameterTuning'
  | 'model'
  | 'trainingTemplate'
  | 'endpoint'
  | 'endpointStage'
  | 'endpointModel'
  | 'batchInference'
  | 'notebook'
  | 'image'
  | 'registryAccount';

export interface ITag {
  tagKey: string;
  tagValue: string;
}

export interface IHyperparameter {
  parameterName: string;
  parameterValue: string;
}

export interface IDataset {
  datasetName: string;
  dataUri: string;
}

export type ExperimentStatus =
  'CREATE_REQUESTED' | 'CREATE_IN_PROGRESS' | 'CREATE_FAILED' | 'ACTIVE';

export interface IExperimentCreate {
  experimentName: string;
  description?: string;
  tagList?: ITag[];
}

export type IExperimentUpdate = Partial<IExperimentCreate>;

export interface IExperiment {
  experimentId: string;
  experimentName: string;
  description: string;
  appKey: string;
  experimentStatusCode: ExperimentStatus;
  experimentStatusReason: string;
  /** ISO 8601, UTC. */
  createdDatetime: string;
  createdBy: string;
  trainingCount: number;
  tensorboardAccessUri: string;
  tagList: ITag[];
}

export type TrainingStatus =
  | 'CREATE_REQUESTED'
  | 'CREATE_IN_PROGRESS'
  | 'RUNNING'
  | 'STOP_IN_PROGRESS'
  | 'STOPPED'
  | 'COMPLETE_IN_PROGRESS'
  | 'COMPLETE'
  | 'FAIL_TRAIN_IN_PROGRESS'
  | 'FAIL_TRAIN'
  | 'CREATE_FAILED';

export interface ITrainingCreate {
  trainingName: string;
  description?: string;
  experimentId?: string | null;
  experimentName?: string | null;
  experimentDescription?: string;
  algorithmId?: string | null;
  sourceDirUri?: string | null;
  entryPoint?: string | null;
  hyperparameterList?: IHyperparameter[];
  imageId: string;
  flavorId: string;
  instanceCount?: number;
  useTorchrun?: boolean;
  nprocPerNode?: number;
  datasetList?: IDataset[];
  checkPointInputUri?: string | null;
  modelUploadUri: string;
  checkPointUploadUri?: string | null;
  timeoutMinutes?: number;
  dataStorageSize?: number | null;
  useLog?: boolean;
  tagList?: ITag[];
  trainingTypeCode?: string;
}

export interface ITrainingUpdate {
  trainingName?: string;
  description?: string;
  tagList?: ITag[];
}

export interface ITrainingNode {
  node: number;
  /** QUEUED, STAGING, INSTALLING, RUNNING, UPLOADING or DONE. */
  phase: string;
  pid: number | null;
  exitCode: number | null;
}

export interface ITrainingProgress {
  phase: string;
  message: string;
  files: number;
  totalFiles: number;
  bytes: number;
  totalBytes: number;
}

/** How far an executed notebook is; cells are counted from 0. */
export interface INotebookProgress {
  cellCount: number;
  currentCell: number | null;
  failedCell: number | null;
}

export interface ITraining {
  trainingId: string;
  trainingName: string;
  description: string;
  appKey: string;
  trainingStatusCode: TrainingStatus;
  trainingStatusReason: string;
  trainingTypeCode: string;
  /** Of a trial: whose it is. */
  hyperparameterTuningId: string | null;
  experiment: {
    experimentId: string;
    experimentName: string;
    experimentStatusCode?: ExperimentStatus;
  };
  instanceCount: number;
  nprocPerNode: number;
  useTorchrun: boolean;
  algorithm: { algorithmId: string; algorithmName: string } | null;
  sourceDirUri: string | null;
  entryPoint: string | null;
  hyperparameterList: IHyperparameter[];
  datasetList: IDataset[];
  checkPointInputUri: string | null;
  checkPointUploadUri: string | null;
  modelUploadUri: string;
  /** Where the outputs of this training lie once uploaded. */
  modelUri: string | null;
  timeoutMinutes: number;
  elapsedTimeSeconds: number;
  tensorboardAccessUri: string;
  flavor: IFlavor;
  image: IImage;
  dataStorageList?: { storageSize?: number; size?: number }[];
  modelList: { modelId: string; modelName: string }[];
  useLog: boolean;
  tagList: ITag[];
  createdDatetime: string;
  startedDatetime: string | null;
  endedDatetime: string | null;
  createdBy: string;
  nodeList: ITrainingNode[];
  progress: ITrainingProgress | null;
  /** Where the entry point is a notebook that has begun. */
  notebook: INotebookProgress | null;
  exitCode: number | null;
  /** The last lines of a failed training's log; only in its detail. */
  logTail: string;
}

export interface IModelCreate {
  modelName: string;
  description?: string;
  modelFormatCode?: ModelFormat | null;
  frameworkVersion?: string | null;
  trainingId?: string | null;
  /** Its best trial's output. */
  hyperparameterTuningId?: string | null;
  modelUploadUri?: string | null;
  tagList?: ITag[];
}

export interface IModelUpdate {
  modelName?: string;
  description?: string;
  tagList?: ITag[];
}

export interface IModel {
  modelId: string;
  modelName: string;
  description: string;
  appKey: string;
  modelStatusCode: 'ACTIVE';
  modelFormatCode: ModelFormat | null;
  frameworkCode: string | null;
  frameworkVersion: string | null;
  modelUploadUri: string;
  training: { trainingId: string; trainingName: string } | null;
  hyperparameterTuning: {
    hyperparameterTuningId: string;
    hyperparameterTuningName: string;
    trialId: string;
  } | null;
  createdDatetime: string;
  createdBy: string;
  tagList: ITag[];
}

export interface IResourceCount {
  total: number;
  byStatus: Record<string, number>;
}

/** A backend counts what it knows. */
export type ICounts = Partial<Record<ResourceKind, IResourceCount>>;

export interface IPaging {
  page: number;
  limit: number;
  totalCount: number;
}

export interface IPage<T> {
  items: T[];
  total: number;
}

/** What a list may be asked for. */
export interface IListQuery {
  /** From 1. */
  page?: number;
  limit?: number;
  search?: string;
  /** A field, with a leading minus for descending. */
  sort?: string;
  [filter: string]: string | number | string[] | undefined;
}

export interface ILogChunk {
  node: number;
  /** Bytes from the start. */
  offset: number;
  nextOffset: number;
  text: string;
  complete: boolean;
}

export type ResourceType =
  | 'EXPERIMENT'
  | 'TRAINING'
  | 'HYPERPARAMETER_TUNING'
  | 'MODEL'
  | 'TRAINING_TEMPLATE'
  | 'ENDPOINT'
  | 'ENDPOINT_STAGE'
  | 'ENDPOINT_MODEL'
  | 'BATCH_INFERENCE'
  | 'NOTEBOOK'
  | 'IMAGE'
  | 'REGISTRY_ACCOUNT';

export interface IResourceEvent {
  eventId: number;
  appKey: string;
  resourceType: ResourceType;
  resourceId: string;
  resourceName: string;
  action: 'CREATED' | 'UPDATED' | 'DELETED';
  statusCode: string;
  experimentId: string | null;
  createdDatetime: string;
}

/** What the server extension says of the backend it talks to. */
export interface IContext {
  /** `missing` is said by the panel itself: there is no server extension to ask. */
  status: 'ready' | 'starting' | 'failed' | 'missing';
  /** Why it is not ready, for people. */
  reason: string;
  appKey: string;
  region: string;
  version: string;
  user: string | null;
}
