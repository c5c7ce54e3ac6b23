/** The parts of the REST API that are about endpoints. */

import type { EasyMakerClient } from './client';
import type {
  IApiKey,
  IEndpoint,
  IEndpointCreate,
  IEndpointUpdate,
  IModelSchema,
  IPrediction,
  IStage,
  IStageCreate,
  IStageResource,
  IStageResourceCreate,
  IStageResourceUpdate,
  IStageStatistics,
  IStageUpdate,
  IStageWeight
} from './endpointTypes';
import { LoggedApi, ResourceApi } from './resourceApi';
import type { IMonitoring } from './trackingTypes';

export class EndpointApi extends ResourceApi<IEndpoint, IEndpointCreate, IEndpointUpdate> {
  constructor(client: EasyMakerClient) {
    super(client, 'endpoint', 'endpoints');
  }

  /** Have another stage answer the default address; the resources of the old one are removed afterwards. */
  async changeDefaultStage(id: string, endpointStageId: string): Promise<IEndpoint> {
    return this.one(`${this.path}/${id}/default-stage`, {
      method: 'PUT',
      body: { endpointStageId }
    });
  }

  /** Share the calls of the default address out; nothing: all to the default stage. */
  async changeTraffic(id: string, weightList: IStageWeight[]): Promise<IEndpoint> {
    return this.one(`${this.path}/${id}/traffic`, { method: 'PUT', body: { weightList } });
  }

  async apiKeys(id: string, signal?: AbortSignal): Promise<IApiKey[]> {
    const path = `${this.path}/${id}/api-keys`;
    return (await this.client.request<{ apiKeyList: IApiKey[] }>(path, { signal })).apiKeyList;
  }

  /** Make a key. It is told here and never again. */
  async createApiKey(id: string, apiKeyName: string): Promise<IApiKey> {
    const path = `${this.path}/${id}/api-keys`;
    const request = { method: 'POST' as const, body: { apiKeyName } };
    return (await this.client.request<{ apiKey: IApiKey }>(path, request)).apiKey;
  }

  async deleteApiKey(id: string, apiKeyId: string): Promise<void> {
    await this.client.request(`${this.path}/${id}/api-keys/${apiKeyId}`, { method: 'DELETE' });
  }
}

export class StageApi extends ResourceApi<IStage, IStageCreate, IStageUpdate> {
  constructor(client: EasyMakerClient) {
    super(client, 'endpointStage', 'endpoint-stages');
  }

  /** The calls of the last seconds, in intervals. */
  async statistics(
    id: string,
    seconds: number,
    intervalSeconds: number,
    signal?: AbortSignal
  ): Promise<IStageStatistics> {
    const now = Date.now();
    const query = {
      from: new Date(now - seconds * 1000).toISOString(),
      to: new Date(now).toISOString(),
      intervalSeconds
    };
    const path = `${this.path}/${id}/statistics`;
    const answer = await this.client.request<{ statistics: IStageStatistics }>(path, {
      query,
      signal
    });
    return answer.statistics;
  }

  async monitoring(id: string, signal?: AbortSignal): Promise<IMonitoring> {
    const path = `${this.path}/${id}/monitoring`;
    return (await this.client.request<{ monitoring: IMonitoring }>(path, { signal })).monitoring;
  }

  /** The configuration of the stage as the gateway has it. */
  async gatewaySettings(id: string, signal?: AbortSignal): Promise<Record<string, unknown>> {
    const path = `${this.path}/${id}/gateway`;
    const answer = await this.client.request<{ gatewaySettings: Record<string, unknown> }>(path, {
      signal
    });
    return answer.gatewaySettings;
  }

  /** Write the stage's configuration into the gateway again. */
  async deploy(id: string): Promise<IStage> {
    return this.one(`${this.path}/${id}/deploy`, { method: 'PUT' });
  }
}

export class StageResourceApi extends LoggedApi<
  IStageResource,
  IStageResourceCreate & { endpointStageId: string },
  IStageResourceUpdate
> {
  constructor(client: EasyMakerClient) {
    super(client, 'endpointModel', 'endpoint-models');
  }

  /** Call the model through the gateway. */
  async predict(id: string, body: unknown, path?: string): Promise<IPrediction> {
    const answer = await this.client.request<{ prediction: IPrediction }>(
      `${this.path}/${id}/predict`,
      { method: 'POST', body: { body, ...(path ? { path } : {}) } }
    );
    return answer.prediction;
  }

  /** What the model takes and answers, as far as it tells. */
  async schema(id: string, signal?: AbortSignal): Promise<IModelSchema> {
    const path = `${this.path}/${id}/schema`;
    return (await this.client.request<{ schema: IModelSchema }>(path, { signal })).schema;
  }
}
