/** Notebooks on the wire: a JupyterLab of one person's own on an instance of the hub. */

import type { IFlavor, IImage, ITag } from './types';

export type NotebookStatus =
  | 'CREATE_REQUESTED'
  | 'CREATE_IN_PROGRESS'
  | 'ACTIVE'
  | 'STOP_IN_PROGRESS'
  | 'STOPPED'
  | 'START_IN_PROGRESS'
  | 'REBOOT_IN_PROGRESS'
  | 'DELETE_IN_PROGRESS'
  | 'CREATE_FAILED'
  | 'STOP_FAILED'
  | 'START_FAILED'
  | 'REBOOT_FAILED'
  | 'DELETE_FAILED';

export type NotebookHealth = 'HEALTHY' | 'UNHEALTHY';

export interface INasMount {
  mountDirectoryName: string;
  nasUri: string;
}

export interface INotebookCreate {
  imageId: string;
  notebookName: string;
  description?: string;
  flavorId: string;
  /** GB, in steps of 10. */
  bootStorageSize?: number;
  dataStorageSize?: number;
  nasList?: INasMount[];
  tagList?: ITag[];
}

export interface INotebookUpdate {
  notebookName?: string;
  description?: string;
  tagList?: ITag[];
}

export interface INotebook {
  notebookId: string;
  notebookName: string;
  description: string;
  appKey: string;
  notebookStatusCode: NotebookStatus;
  notebookStatusReason: string;
  /** Of an ACTIVE notebook. */
  notebookHealthCode: NotebookHealth | null;
  owner: string;
  /** Whether the one who asks may open it, and it runs. */
  openable: boolean;
  /** Where browsers open it; a path below the hub's address if that is not known. */
  notebookAccessUri: string;
  flavor: Omit<IFlavor, 'groupTypeCodeList'> & {
    /** So long without use, and it is stopped; 0: never. */
    idleMinutes?: number;
  };
  image: Pick<IImage, 'imageId' | 'imageName'> & Partial<IImage>;
  bootStorage: { storageSize: number };
  dataStorageList: { storageSize: number; mountPath: string }[];
  nasList: INasMount[];
  tagList: ITag[];
  monitoringAvailable: boolean;
  upgradeNotice: { reason: string; expiresDatetime: string | null } | null;
  createdDatetime: string;
  createdBy: string;
  startedDatetime: string | null;
  lastActivityDatetime: string | null;
  elapsedTimeSeconds: number;
}

export type ScriptState = 'WAITING' | 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'SKIPPED';

/** A file in cont-init.d and what became of it at the last start. */
export interface IStartUpScript {
  name: string;
  state: ScriptState;
  reason: string;
  exitCode: number | null;
  startedDatetime: string | null;
  seconds: number | null;
  /** The end of what it printed, unless it succeeded. */
  output: string;
}

export interface ICustomEnvironment {
  name: string;
  prefix: string;
  /** `conda` or `venv`. */
  kind: string;
  pythonVersion: string;
  hasIpykernel: boolean;
}

/** What a running notebook tells of itself. */
export interface INotebookInside {
  home: string;
  scriptList: IStartUpScript[];
  environmentList: ICustomEnvironment[];
  noteList: { notedDatetime: string; text: string }[];
}
