/** What the fields of a training's form offer, and what follows from what is chosen in them. */

import type { TranslationBundle } from '@jupyterlab/translation';
import type { UiSchema } from '@rjsf/utils';

import type { EasyMakerClient } from '../client';
import type { ITrainingTemplate, TemplateKind } from '../templateTypes';
import type { IAlgorithm, ICreateSchema, IExperiment, IFlavor, IImage } from '../types';
import { flavorLabel, imageLabel } from './labels';
import type { Choices } from './schema';
import type { FormData } from './SchemaForm';
import { tunedBy, tuningChoices } from './tuningFields';

/** Chosen instead of an experiment to make one on the spot. */
export const NEW_EXPERIMENT = '+';

export interface IParts {
  /** Whose form it is. */
  kind: TemplateKind;
  schema: ICreateSchema;
  flavors: IFlavor[];
  images: IImage[];
  algorithms: IAlgorithm[];
  experiments: IExperiment[];
  templates: ITrainingTemplate[];
  outputUri: string;
}

export async function load(client: EasyMakerClient, kind: TemplateKind): Promise<IParts> {
  const [schema, flavors, images, algorithms, experiments, templates, configuration] =
    await Promise.all([
      client.schema(kind === 'TRAINING' ? 'training' : 'hyperparameter-tuning'),
      client.flavors(),
      client.images(),
      client.algorithms(),
      client.experiments.list({ sort: 'experimentName', limit: 1000 }),
      client.templates.list({ sort: 'trainingTemplateName', limit: 1000 }),
      client.configuration()
    ]);
  return {
    kind,
    schema,
    flavors,
    images: images.filter(image => image.groupTypeCode === 'TRAINING'),
    algorithms,
    experiments: experiments.items,
    // A tuning's trials are trainings: what is kept of a training fills a tuning, too.
    templates: templates.items.filter(each => each.kind === 'TRAINING' || each.kind === kind),
    outputUri: configuration.defaultOutputUri
  };
}

/** The one experiment, image and smallest instance type that there is to choose. */
export function firstChoices(parts: IParts): FormData {
  const image = parts.images.find(each => each.coreTypeCode === 'CPU') ?? parts.images[0];
  const flavor = parts.flavors.find(each => each.gpuFlavor === (image?.coreTypeCode === 'GPU'));
  return {
    imageId: image?.imageId,
    flavorId: flavor?.id,
    experimentId: parts.experiments[0]?.experimentId ?? NEW_EXPERIMENT,
    modelUploadUri: parts.outputUri
  };
}

export function isVisible(
  name: string,
  data: FormData,
  algorithm: IAlgorithm | undefined
): boolean {
  switch (name) {
    case 'experimentName':
    case 'experimentDescription':
      return data.experimentId === NEW_EXPERIMENT;
    case 'sourceDirUri':
    case 'entryPoint':
    case 'useTorchrun':
      return !algorithm;
    case 'nprocPerNode':
      return !algorithm && data.useTorchrun === true;
    case 'metricRegex': // a provided algorithm prints what it prints
      return !algorithm;
    case 'earlyStoppingMinTrialCount':
    case 'earlyStoppingStartStep':
      return data.earlyStoppingAlgorithm !== undefined && data.earlyStoppingAlgorithm !== null;
    default:
      return true;
  }
}

/** What follows from a change: another algorithm has other parameters, another image other instance types. */
export function consistent(changed: FormData, before: FormData, parts: IParts): FormData {
  const next = { ...changed };
  if (next.algorithmId !== before.algorithmId) {
    const algorithm = parts.algorithms.find(each => each.algorithmId === next.algorithmId);
    Object.assign(
      next,
      parts.kind === 'TRAINING' ? { hyperparameterList: [] } : tunedBy(algorithm)
    );
    const needed = (algorithm?.algorithmDatasetSchema ?? []).filter(dataset => !dataset.isOptional);
    if (algorithm && ((next.datasetList as unknown[] | undefined) ?? []).length === 0) {
      next.datasetList = needed.map(({ datasetName }) => ({ datasetName, dataUri: '' }));
    }
    if (algorithm) {
      next.useTorchrun = false;
    }
  }
  if (next.useTorchrun !== true && next.nprocPerNode !== undefined) {
    next.nprocPerNode = 1;
  }
  return next;
}

export function uiSchemaOf(algorithm: IAlgorithm | undefined): UiSchema {
  if (!algorithm) {
    return { entryPoint: { 'ui:widget': 'EntryPointWidget' } };
  }
  const options = { specs: algorithm.hyperparameterSpecList };
  return {
    hyperparameterList: { 'ui:field': 'ParametersField', 'ui:options': options },
    hyperparameterSpecList: { 'ui:field': 'AlgorithmRangesField', 'ui:options': options },
    objectiveMetric: {
      'ui:field': 'MetricField',
      'ui:options': { metrics: algorithm.metricList.map(each => each.name) }
    }
  };
}

/** @param creatable - whether an experiment can be made on the spot. */
export function choicesOf(parts: IParts, trans: TranslationBundle, creatable = true): Choices {
  const another = { value: NEW_EXPERIMENT, label: trans.__('New experiment…') };
  return {
    ...(parts.kind === 'TRAINING' ? {} : tuningChoices(trans)),
    flavors: parts.flavors.map(flavor => ({ value: flavor.id, label: flavorLabel(flavor, trans) })),
    images: parts.images.map(image => ({ value: image.imageId, label: imageLabel(image) })),
    algorithms: parts.algorithms.map(algorithm => ({
      value: algorithm.algorithmId,
      label: `${algorithm.algorithmName} — ${trans.__(algorithm.description)}`
    })),
    experiments: [
      ...parts.experiments.map(experiment => ({
        value: experiment.experimentId,
        label: experiment.experimentName
      })),
      ...(creatable ? [another] : [])
    ]
  };
}
