/** What administrators see of each kind of resource, and what they can do with it in any project. */

import type { TranslationBundle } from '@jupyterlab/translation';

import type { EasyMakerClient } from '../client';
import { hasEnded, isStoppable, JobStatus, Status } from '../status';
import type { IListQuery, IPage } from '../types';

/** As much of a resource as every kind has. */
export interface IAnyResource {
  id: string;
  name: string;
  status: Status;
  reason: string;
  flavor: string;
  createdBy: string;
  createdDatetime: string;
}

export interface IKind {
  title: string;
  /** By which the backend sorts names. */
  nameField: string;
  list(
    client: EasyMakerClient,
    query: IListQuery,
    signal: AbortSignal
  ): Promise<IPage<IAnyResource>>;
  /** Absent: it does not run. */
  stop?(client: EasyMakerClient, id: string): Promise<unknown>;
  mayStop(status: Status): boolean;
  remove(client: EasyMakerClient, id: string): Promise<void>;
  mayRemove(status: Status): boolean;
}

const never = (): boolean => false;
const always = (): boolean => true;
const stoppable = (status: Status): boolean => isStoppable(status as JobStatus);
const ended = (status: Status): boolean => hasEnded(status as JobStatus);

/** From the wire names of a kind, which all begin with its own. */
function viewOf<T>(page: IPage<T>, kind: string): IPage<IAnyResource> {
  const items = page.items.map((item): IAnyResource => {
    const fields = item as Record<string, unknown>;
    const text = (name: string): string => String(fields[name] ?? '');
    return {
      id: text(`${kind}Id`),
      name: text(`${kind}Name`),
      status: text(`${kind}StatusCode`) as Status,
      reason: text(`${kind}StatusReason`),
      flavor: (fields.flavor as { name?: string } | undefined)?.name ?? '',
      createdBy: text('createdBy'),
      createdDatetime: text('createdDatetime')
    };
  });
  return { items, total: page.total };
}

export function kindsOf(trans: TranslationBundle): Record<string, IKind> {
  return {
    trainings: {
      title: trans.__('Trainings'),
      nameField: 'trainingName',
      list: async (client, query, signal) =>
        viewOf(await client.trainings.list(query, signal), 'training'),
      stop: (client, id) => client.trainings.stop(id),
      mayStop: stoppable,
      remove: (client, id) => client.trainings.delete(id),
      mayRemove: ended
    },
    tunings: {
      title: trans.__('Tunings'),
      nameField: 'hyperparameterTuningName',
      list: async (client, query, signal) =>
        viewOf(await client.tunings.list(query, signal), 'hyperparameterTuning'),
      stop: (client, id) => client.tunings.stop(id),
      mayStop: stoppable,
      remove: (client, id) => client.tunings.delete(id),
      mayRemove: ended
    },
    endpoints: {
      title: trans.__('Endpoints'),
      nameField: 'endpointName',
      list: async (client, query, signal) =>
        viewOf(await client.endpoints.list(query, signal), 'endpoint'),
      mayStop: never,
      remove: (client, id) => client.endpoints.delete(id),
      mayRemove: always
    },
    'batch-inferences': {
      title: trans.__('Batch inferences'),
      nameField: 'batchInferenceName',
      list: async (client, query, signal) =>
        viewOf(await client.batchInferences.list(query, signal), 'batchInference'),
      stop: (client, id) => client.batchInferences.stop(id),
      mayStop: stoppable,
      remove: (client, id) => client.batchInferences.delete(id),
      mayRemove: ended
    },
    models: {
      title: trans.__('Models'),
      nameField: 'modelName',
      list: async (client, query, signal) =>
        viewOf(await client.models.list(query, signal), 'model'),
      mayStop: never,
      remove: (client, id) => client.models.delete(id),
      mayRemove: always
    },
    experiments: {
      title: trans.__('Experiments'),
      nameField: 'experimentName',
      list: async (client, query, signal) =>
        viewOf(await client.experiments.list(query, signal), 'experiment'),
      mayStop: never,
      remove: (client, id) => client.experiments.delete(id),
      mayRemove: always
    }
  };
}
