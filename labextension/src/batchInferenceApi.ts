/** The parts of the REST API that are about batch inferences. */

import type {
  IBatchInference,
  IBatchInferenceCreate,
  IBatchInferenceUpdate
} from './batchInferenceTypes';
import type { EasyMakerClient } from './client';
import { LoggedApi } from './resourceApi';
import type { IMonitoring } from './trackingTypes';

export class BatchInferenceApi extends LoggedApi<
  IBatchInference,
  IBatchInferenceCreate,
  IBatchInferenceUpdate
> {
  constructor(client: EasyMakerClient) {
    super(client, 'batchInference', 'batch-inferences');
  }

  async stop(id: string): Promise<IBatchInference> {
    return this.one(`${this.path}/${id}/stop`, { method: 'PUT' });
  }

  /** The create body that would make the same again. */
  async copy(id: string): Promise<IBatchInferenceCreate> {
    const path = `${this.path}/${id}/copy`;
    return (await this.client.request<{ batchInference: IBatchInferenceCreate }>(path))
      .batchInference;
  }

  async monitoring(id: string, signal?: AbortSignal): Promise<IMonitoring> {
    const path = `${this.path}/${id}/monitoring`;
    return (await this.client.request<{ monitoring: IMonitoring }>(path, { signal })).monitoring;
  }
}
