/** The parts of the REST API that are about notebooks. */

import type { EasyMakerClient } from './client';
import type { INotebook, INotebookCreate, INotebookInside, INotebookUpdate } from './notebookTypes';
import { ResourceApi } from './resourceApi';
import type { IMonitoring } from './trackingTypes';

export type NotebookAction = 'start' | 'stop' | 'reboot';

export class NotebookApi extends ResourceApi<INotebook, INotebookCreate, INotebookUpdate> {
  constructor(client: EasyMakerClient) {
    super(client, 'notebook');
  }

  /** Ask for an action; once asked it cannot be cancelled. */
  async act(id: string, action: NotebookAction): Promise<INotebook> {
    return this.one(`${this.path}/${id}/${action}`, { method: 'PUT' });
  }

  async changeFlavor(id: string, flavorId: string): Promise<INotebook> {
    return this.one(`${this.path}/${id}/flavor`, { method: 'PUT', body: { flavorId } });
  }

  /** Its start-up scripts and environments; refused unless it is ACTIVE. */
  async inside(id: string, signal?: AbortSignal): Promise<INotebookInside> {
    const path = `${this.path}/${id}/inside`;
    return (await this.client.request<{ inside: INotebookInside }>(path, { signal })).inside;
  }

  async monitoring(id: string, signal?: AbortSignal): Promise<IMonitoring> {
    const path = `${this.path}/${id}/monitoring`;
    return (await this.client.request<{ monitoring: IMonitoring }>(path, { signal })).monitoring;
  }
}
