/** What searches and the dashboard answer. */

import type { IBusyEndpoint } from './endpointTypes';
import type { ResourceType } from './types';

export interface ISearchResult {
  resourceType: ResourceType;
  resourceId: string;
  name: string;
  description: string;
  statusCode: string;
  createdDatetime: string;
}

/** A line of a training's or a batch inference's log, in the field names of the log service. */
export interface ILogLine {
  time: string;
  logLevel: string;
  body: string;
  trainingId: string | null;
  trainingName: string | null;
  batchInferenceId: string | null;
  batchInferenceName: string | null;
  node: number;
  /** Where it begins in its node's log. */
  offset: number;
}

export interface ILogQuery {
  query: string;
  /** ISO 8601; '' for no bound. */
  from: string;
  to: string;
  /** Of the trials of this tuning only. */
  hyperparameterTuningId?: string;
}

export interface ILogPage {
  logList: ILogLine[];
  nextCursor: string | null;
  tookMilliseconds: number;
}

export interface ITopResource {
  resourceType: ResourceType;
  resourceId: string;
  name: string;
  /** Percent. */
  value: number;
}

export interface IDashboard {
  countList: {
    resourceType: ResourceType;
    /** What `count` counts. */
    status: string;
    count: number;
    total: number;
    running: number;
  }[];
  topCpuList: ITopResource[];
  topGpuList: ITopResource[];
  /** The three that are called most. */
  topEndpointList?: IBusyEndpoint[];
  capacity: {
    vcpus: number;
    memoryMib: number;
    gpus: number;
    usedVcpus: number;
    usedMemoryMib: number;
    usedGpus: number;
  };
}
