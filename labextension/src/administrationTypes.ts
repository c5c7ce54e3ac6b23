/** What administrators are told of everybody. */

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
