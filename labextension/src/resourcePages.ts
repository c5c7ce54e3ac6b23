/** The page of a resource of each type, and what its type is called. */

import type { LabIcon } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';

import type { IPageAddress, PageName } from './app';
import {
  batchInferenceIcon,
  endpointIcon,
  experimentIcon,
  imageIcon,
  modelIcon,
  notebookIcon,
  registryAccountIcon,
  templateIcon,
  trainingIcon,
  tuningIcon
} from './icons';
import type { ResourceType } from './types';

const PAGES: Record<ResourceType, { one: PageName; all: PageName; icon: LabIcon }> = {
  EXPERIMENT: { one: 'experiment', all: 'experiments', icon: experimentIcon },
  TRAINING: { one: 'training', all: 'trainings', icon: trainingIcon },
  HYPERPARAMETER_TUNING: { one: 'tuning', all: 'tunings', icon: tuningIcon },
  MODEL: { one: 'model', all: 'models', icon: modelIcon },
  TRAINING_TEMPLATE: { one: 'template', all: 'templates', icon: templateIcon },
  ENDPOINT: { one: 'endpoint', all: 'endpoints', icon: endpointIcon },
  ENDPOINT_STAGE: { one: 'endpoint-stage', all: 'endpoints', icon: endpointIcon },
  ENDPOINT_MODEL: { one: 'endpoints', all: 'endpoints', icon: endpointIcon },
  BATCH_INFERENCE: { one: 'batch-inference', all: 'batch-inferences', icon: batchInferenceIcon },
  NOTEBOOK: { one: 'notebook', all: 'notebooks', icon: notebookIcon },
  IMAGE: { one: 'private-image', all: 'private-images', icon: imageIcon },
  REGISTRY_ACCOUNT: {
    one: 'registry-account',
    all: 'registry-accounts',
    icon: registryAccountIcon
  }
};

export function pageOf(type: ResourceType, id: string): IPageAddress {
  const { one, all } = PAGES[type];
  return one === all ? { page: all } : { page: one, id };
}

export function listOf(type: ResourceType): IPageAddress {
  return { page: PAGES[type].all };
}

export function iconOf(type: ResourceType): LabIcon {
  return PAGES[type].icon;
}

/** Whether this panel has pages for it; a newer backend may know more. */
export function isKnown(type: ResourceType): boolean {
  return type in PAGES;
}

export function kindLabel(type: ResourceType, trans: TranslationBundle): string {
  const labels: Record<ResourceType, string> = {
    EXPERIMENT: trans.__('Experiment'),
    TRAINING: trans.__('Training'),
    HYPERPARAMETER_TUNING: trans.__('Tuning'),
    MODEL: trans.__('Model'),
    TRAINING_TEMPLATE: trans.__('Template'),
    ENDPOINT: trans.__('Endpoint'),
    ENDPOINT_STAGE: trans.__('Endpoint stage'),
    ENDPOINT_MODEL: trans.__('Stage resource'),
    BATCH_INFERENCE: trans.__('Batch inference'),
    NOTEBOOK: trans.__('Notebook'),
    IMAGE: trans.__('Private image'),
    REGISTRY_ACCOUNT: trans.__('Registry account')
  };
  return labels[type] ?? type;
}
