/** What administrators are told of everybody. */

import type { Status } from './status';
import type { ResourceType } from './types';

export interface IProject {
  appKey: string;
  projectName: string;
}

export interface IAuditEntry {
  auditId: number;
  datetime: string;
  userId: string;
  /** As in the OpenAPI document: `stop_notebook`. */
  operation: string;
  appKey: string;
  resourceType: string;
  resourceId: string;
  resourceName: string;
  detail: Record<string, unknown>;
}

/** What somebody used in a project over a time. */
export interface IUsage {
  appKey: string;
  userId: string;
  cpuHours: number;
  memoryGibHours: number;
  gpuHours: number;
  storageGbHours: number;
  /** Set aside when the time ends. */
  storageGb: number;
  endpointHours: number;
  /** With instances when the time ends. */
  endpointStages: number;
}

/** The kinds of resources there are for themselves. */
export type AdministeredType = Exclude<ResourceType, 'ENDPOINT_STAGE' | 'ENDPOINT_MODEL'>;

/** As much of a resource as every kind has. */
export interface IAnyResource {
  resourceType: AdministeredType;
  resourceId: string;
  name: string;
  appKey: string;
  statusCode: Status;
  statusReason: string;
  flavorName: string;
  createdBy: string;
  createdDatetime: string;
}

/** A version of the cluster, and what runs on it. */
export interface IClusterVersion {
  version: string;
  current: boolean;
  /** False: the settings do not name it. */
  known: boolean;
  expiresDatetime: string | null;
  notebooks: number;
  endpointStages: number;
}

/** What a project may hold at once; null: as much as there is. */
export interface IQuota {
  vcpus: number | null;
  memoryMib: number | null;
  gpus: number | null;
  notebooks: number | null;
  notebookStorageGb: number | null;
}

export interface IQuotaView {
  appKey: string;
  quota: IQuota;
  held: Record<keyof IQuota, number>;
}
