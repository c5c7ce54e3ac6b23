/** The backend's routes about storages. */

import type { EasyMakerClient } from '../client';
import type { IEntries, IStorage, ISystemAccount } from './types';

export class StorageApi {
  constructor(private readonly client: EasyMakerClient) {}

  async list(): Promise<{ storages: IStorage[]; account: ISystemAccount | null }> {
    const answer = await this.client.request<{
      storageList: IStorage[];
      systemAccount: ISystemAccount | null;
    }>('storages');
    return { storages: answer.storageList, account: answer.systemAccount };
  }

  async entries(
    uri: string,
    offset: number,
    limit: number,
    signal?: AbortSignal
  ): Promise<IEntries> {
    return this.client.request<IEntries>('storages/entries', {
      query: { uri, offset, limit },
      signal
    });
  }

  /** Keep a file; another of this name is never overwritten. */
  async upload(uri: string, file: Blob, signal: AbortSignal): Promise<void> {
    const headers = { 'Content-Type': 'application/octet-stream' };
    const request = { method: 'PUT' as const, query: { uri }, body: file, headers, signal };
    await this.client.request('storages/files', request);
  }

  downloadUrl(uri: string): string {
    return this.client.url('storages/files', { uri });
  }
}
