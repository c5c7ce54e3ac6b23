/** The form of a training: own code or a provided algorithm, with what can be chosen here. */

import type { TranslationBundle } from '@jupyterlab/translation';
import type { RJSFSchema, UiSchema } from '@rjsf/utils';
import React from 'react';

import type { EasyMakerClient } from '../client';
import type { EasyMakerModel } from '../model';
import type {
  IAlgorithm,
  ICreateSchema,
  IExperiment,
  IFlavor,
  IHyperparameter,
  IImage,
  ITraining,
  ITrainingCreate
} from '../types';
import { FormLoading, useOnce } from './loading';
import { Choices, defaultsOf, propertiesOf } from './schema';
import { FormData, SchemaForm } from './SchemaForm';

export interface ITrainingFormProps {
  model: EasyMakerModel;
  /** What it begins with, of a copy for example. */
  initial?: Partial<ITrainingCreate>;
  trans: TranslationBundle;
  onCreated(training: ITraining): void;
  onCancel(): void;
}

/** Chosen instead of an experiment to make one on the spot. */
const NEW_EXPERIMENT = '+';

interface IParts {
  schema: ICreateSchema;
  flavors: IFlavor[];
  images: IImage[];
  algorithms: IAlgorithm[];
  experiments: IExperiment[];
  outputUri: string;
}

async function load(client: EasyMakerClient): Promise<IParts> {
  const [schema, flavors, images, algorithms, experiments, configuration] = await Promise.all([
    client.schema('training'),
    client.flavors(),
    client.images(),
    client.algorithms(),
    client.experiments.list({ sort: 'experimentName', limit: 1000 }),
    client.configuration()
  ]);
  return {
    schema,
    flavors,
    images: images.filter(image => image.groupTypeCode === 'TRAINING'),
    algorithms,
    experiments: experiments.items,
    outputUri: configuration.defaultOutputUri
  };
}

export function TrainingForm(props: ITrainingFormProps): JSX.Element {
  const { client } = props.model;
  const { value: parts, error } = useOnce(() => load(client));
  if (!parts) {
    return <FormLoading error={error} trans={props.trans} />;
  }
  return <LoadedForm {...props} parts={parts} />;
}

function LoadedForm(props: ITrainingFormProps & { parts: IParts }): JSX.Element {
  const { trans, parts, model } = props;
  const schema = parts.schema.schema as RJSFSchema;
  const properties = React.useMemo(() => propertiesOf(schema), [schema]);
  const [data, setData] = React.useState<FormData>(() => ({
    ...defaultsOf(properties),
    ...firstChoices(parts),
    ...props.initial
  }));

  const algorithm = parts.algorithms.find(each => each.algorithmId === data.algorithmId);
  const visible = (name: string): boolean => isVisible(name, data, algorithm);

  return (
    <SchemaForm
      schema={schema}
      properties={properties}
      sections={parts.schema.sections}
      openSections={['basic', 'algorithm', 'image', 'resources', 'input', 'output']}
      choices={choicesOf(parts, trans)}
      data={data}
      visible={visible}
      uiSchema={uiSchemaOf(algorithm)}
      submitLabel={trans.__('Create training')}
      trans={trans}
      onChange={changed => setData(consistent(changed, data, parts))}
      onCancel={props.onCancel}
      onSubmit={async body => {
        if (body.experimentId === NEW_EXPERIMENT) {
          delete body.experimentId;
        }
        const training = await model.client.trainings.create(body as unknown as ITrainingCreate);
        props.onCreated(training);
      }}
    />
  );
}

/** The one experiment, image and smallest instance type that there is to choose. */
function firstChoices(parts: IParts): FormData {
  const image = parts.images.find(each => each.coreTypeCode === 'CPU') ?? parts.images[0];
  const flavor = parts.flavors.find(each => each.gpuFlavor === (image?.coreTypeCode === 'GPU'));
  return {
    imageId: image?.imageId,
    flavorId: flavor?.id,
    experimentId: parts.experiments[0]?.experimentId ?? NEW_EXPERIMENT,
    modelUploadUri: parts.outputUri
  };
}

function isVisible(name: string, data: FormData, algorithm: IAlgorithm | undefined): boolean {
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
    default:
      return true;
  }
}

/** What follows from a change: another algorithm has other parameters, another image other instance types. */
function consistent(changed: FormData, before: FormData, parts: IParts): FormData {
  const next = { ...changed };
  if (next.algorithmId !== before.algorithmId) {
    const algorithm = parts.algorithms.find(each => each.algorithmId === next.algorithmId);
    next.hyperparameterList = [];
    const needed = (algorithm?.algorithmDatasetSchema ?? []).filter(dataset => !dataset.isOptional);
    if (algorithm && ((next.datasetList as unknown[] | undefined) ?? []).length === 0) {
      next.datasetList = needed.map(({ datasetName }) => ({ datasetName, dataUri: '' }));
    }
    if (algorithm) {
      next.useTorchrun = false;
    }
  }
  if (next.useTorchrun !== true) {
    next.nprocPerNode = 1;
  }
  const rows = (next.hyperparameterList ?? []) as IHyperparameter[];
  next.hyperparameterList = rows;
  return next;
}

function uiSchemaOf(algorithm: IAlgorithm | undefined): UiSchema {
  if (!algorithm) {
    return {};
  }
  const options = { specs: algorithm.hyperparameterSpecList };
  return { hyperparameterList: { 'ui:field': 'ParametersField', 'ui:options': options } };
}

function choicesOf(parts: IParts, trans: TranslationBundle): Choices {
  return {
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
      { value: NEW_EXPERIMENT, label: trans.__('New experiment…') }
    ]
  };
}

function flavorLabel(flavor: IFlavor, trans: TranslationBundle): string {
  const memory = `${Number((flavor.ram / 1024).toFixed(1))} GB`;
  const gpus = flavor.gpuCount > 0 ? `, ${trans._n('%1 GPU', '%1 GPUs', flavor.gpuCount)}` : '';
  return `${flavor.name} — ${trans.__('%1 vCPU', flavor.vcpus)}, ${memory}${gpus}`;
}

function imageLabel(image: IImage): string {
  return `${image.imageName} (${image.frameworkVersion})`;
}
