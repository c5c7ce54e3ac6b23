/** Storages as the backend says them. */

export interface IStorage {
  /** Of its top: `nas://local:/`. */
  uri: string;
  kind: string;
  title: string;
  writable: boolean;
}

/** Whom to grant access to one's containers. */
export interface ISystemAccount {
  tenantId: string;
  userId: string;
}

export interface IEntry {
  name: string;
  uri: string;
  directory: boolean;
  /** Bytes; null for directories. */
  size: number | null;
  modifiedDatetime: string | null;
}

export interface IEntries {
  uri: string;
  entryList: IEntry[];
  totalCount: number;
}
