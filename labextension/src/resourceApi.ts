/** Create, read, update and delete of one kind of resource. */

import type { EasyMakerClient } from './client';
import type { IRequest, Query } from './http';
import type { IListQuery, ILogChunk, IPage, IPaging, ResourceKind } from './types';

export class ResourceApi<T, C, U> {
  constructor(
    protected readonly client: EasyMakerClient,
    readonly kind: ResourceKind,
    protected readonly path = `${kind}s`
  ) {}

  async list(query: IListQuery = {}, signal?: AbortSignal): Promise<IPage<T>> {
    const body = await this.client.request<Record<string, unknown>>(this.path, {
      query: query as Query,
      signal
    });
    const items = body[`${this.kind}List`] as T[];
    return { items, total: (body.paging as IPaging).totalCount };
  }

  async get(id: string, signal?: AbortSignal): Promise<T> {
    return this.one(`${this.path}/${id}`, { signal });
  }

  async create(body: C): Promise<T> {
    return this.one(this.path, { method: 'POST', body });
  }

  async update(id: string, body: U): Promise<T> {
    return this.one(`${this.path}/${id}`, { method: 'PUT', body });
  }

  async delete(id: string): Promise<void> {
    await this.client.request(`${this.path}/${id}`, { method: 'DELETE' });
  }

  protected async one(path: string, request: IRequest): Promise<T> {
    const body = await this.client.request<Record<string, T>>(path, request);
    return body[this.kind];
  }
}

/** Of what runs in several places, which one: a job's node, a stage resource's pod. */
export type LogPart = { node: number } | { pod: string };

/** Where the log of something can be read and followed. */
export interface ILogApi {
  /** A piece of a part's log; a negative offset counts from its end. All in bytes. */
  log(
    id: string,
    query: LogPart & { offset: number; limit: number },
    signal?: AbortSignal
  ): Promise<ILogChunk>;
  /** Follow a part's log from a byte offset: `log` messages, then `end`. */
  followLog(
    id: string,
    query: LogPart & { offset: number },
    signal: AbortSignal
  ): Promise<Response>;
  logDownloadUrl(id: string, part: LogPart): string;
}

/** A resource whose nodes or pods print something. */
export class LoggedApi<T, C, U> extends ResourceApi<T, C, U> implements ILogApi {
  async log(
    id: string,
    query: LogPart & { offset: number; limit: number },
    signal?: AbortSignal
  ): Promise<ILogChunk> {
    const path = `${this.path}/${id}/logs`;
    return (await this.client.request<{ log: ILogChunk }>(path, { query, signal })).log;
  }

  async followLog(
    id: string,
    query: LogPart & { offset: number },
    signal: AbortSignal
  ): Promise<Response> {
    return this.client.openStream(`${this.path}/${id}/logs/stream`, { query, signal });
  }

  logDownloadUrl(id: string, part: LogPart): string {
    return this.client.url(`${this.path}/${id}/logs/download`, { ...part });
  }
}
