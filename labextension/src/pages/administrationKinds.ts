/** The kinds of resources administrators look through, and what they can do with each in any project. */

import type { TranslationBundle } from '@jupyterlab/translation';

import type { AdministeredType } from '../administrationTypes';
import type { EasyMakerClient } from '../client';
import type { NotebookStatus } from '../notebookTypes';
import { isInProgress, mayStop } from '../notebookWords';
import { hasEnded, isStoppable, JobStatus, Status } from '../status';

export interface IKind {
  /** Of one. */
  title: string;
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

export function kindsOf(trans: TranslationBundle): Record<AdministeredType, IKind> {
  return {
    NOTEBOOK: {
      title: trans.__('Notebook'),
      stop: (client, id) => client.notebooks.act(id, 'stop'),
      mayStop: status => mayStop(status as NotebookStatus),
      remove: (client, id) => client.notebooks.delete(id),
      mayRemove: status => !isInProgress(status as NotebookStatus)
    },
    TRAINING: {
      title: trans.__('Training'),
      stop: (client, id) => client.trainings.stop(id),
      mayStop: stoppable,
      remove: (client, id) => client.trainings.delete(id),
      mayRemove: ended
    },
    HYPERPARAMETER_TUNING: {
      title: trans.__('Hyperparameter tuning'),
      stop: (client, id) => client.tunings.stop(id),
      mayStop: stoppable,
      remove: (client, id) => client.tunings.delete(id),
      mayRemove: ended
    },
    ENDPOINT: {
      title: trans.__('Endpoint'),
      mayStop: never,
      remove: (client, id) => client.endpoints.delete(id),
      mayRemove: status => status !== 'DELETE_IN_PROGRESS'
    },
    BATCH_INFERENCE: {
      title: trans.__('Batch inference'),
      stop: (client, id) => client.batchInferences.stop(id),
      mayStop: stoppable,
      remove: (client, id) => client.batchInferences.delete(id),
      mayRemove: ended
    },
    MODEL: {
      title: trans.__('Model'),
      mayStop: never,
      remove: (client, id) => client.models.delete(id),
      mayRemove: always
    },
    EXPERIMENT: {
      title: trans.__('Experiment'),
      mayStop: never,
      remove: (client, id) => client.experiments.delete(id),
      mayRemove: always
    },
    TRAINING_TEMPLATE: {
      title: trans.__('Template'),
      mayStop: never,
      remove: (client, id) => client.templates.delete(id),
      mayRemove: always
    },
    IMAGE: {
      title: trans.__('Private image'),
      mayStop: never,
      remove: (client, id) => client.privateImages.delete(id),
      mayRemove: always
    },
    REGISTRY_ACCOUNT: {
      title: trans.__('Registry account'),
      mayStop: never,
      remove: (client, id) => client.registryAccounts.delete(id),
      mayRemove: always
    }
  };
}
