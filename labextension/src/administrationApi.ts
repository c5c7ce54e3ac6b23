/** The administrators' part of the REST API: it is about all projects. */

import type {
  IAnyResource,
  IAuditEntry,
  IClusterVersion,
  IProject,
  IQuota,
  IQuotaView,
  IUsage
} from './administrationTypes';
import type { EasyMakerClient } from './client';
import type { IRequest, Query } from './http';
import type { INotebook } from './notebookTypes';
import type { IListQuery, IPage, IPaging } from './types';

export class AdministrationApi {
  constructor(private readonly client: EasyMakerClient) {}

  async projects(signal?: AbortSignal): Promise<IProject[]> {
    return (await this.ask<{ projectList: IProject[] }>('projects', { signal })).projectList;
  }

  async notebooks(query: IListQuery, signal?: AbortSignal): Promise<IPage<INotebook>> {
    const answer = await this.ask<{ notebookList: INotebook[]; paging: IPaging }>(
      'admin/notebooks',
      { query: query as Query, signal }
    );
    return { items: answer.notebookList, total: answer.paging.totalCount };
  }

  /** Bounds in ISO 8601; '' for the last 30 days. */
  async usage(from: string, to: string, signal?: AbortSignal): Promise<IUsage[]> {
    const request = { query: { from, to }, signal };
    return (await this.ask<{ usageList: IUsage[] }>('admin/usage', request)).usageList;
  }

  async resources(query: IListQuery, signal?: AbortSignal): Promise<IPage<IAnyResource>> {
    const answer = await this.ask<{ resourceList: IAnyResource[]; paging: IPaging }>(
      'admin/resources',
      { query: query as Query, signal }
    );
    return { items: answer.resourceList, total: answer.paging.totalCount };
  }

  async clusterVersions(signal?: AbortSignal): Promise<IClusterVersion[]> {
    const answer = await this.ask<{ clusterVersionList: IClusterVersion[] }>(
      'admin/cluster-versions',
      { signal }
    );
    return answer.clusterVersionList;
  }

  async quotas(query: IListQuery, signal?: AbortSignal): Promise<IPage<IQuotaView>> {
    const answer = await this.ask<{ quotaList: IQuotaView[]; paging: IPaging }>('admin/quotas', {
      query: query as Query,
      signal
    });
    return { items: answer.quotaList, total: answer.paging.totalCount };
  }

  async setQuota(appKey: string, quota: Partial<IQuota>): Promise<IQuotaView> {
    const path = `admin/quotas/${encodeURIComponent(appKey)}`;
    return (await this.ask<{ quota: IQuotaView }>(path, { method: 'PUT', body: quota })).quota;
  }

  /** Who did what, the newest first. */
  async audit(query: Query, signal?: AbortSignal): Promise<IPage<IAuditEntry>> {
    const answer = await this.ask<{ auditList: IAuditEntry[]; paging: IPaging }>('admin/audit', {
      query,
      signal
    });
    return { items: answer.auditList, total: answer.paging.totalCount };
  }

  private ask<T>(path: string, request: IRequest): Promise<T> {
    return this.client.requestOfAll<T>(path, request);
  }
}
