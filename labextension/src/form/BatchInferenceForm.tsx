/** The form of a batch inference: which model scores which files, on what, and where the results go. */

import type { TranslationBundle } from '@jupyterlab/translation';
import type { RJSFSchema } from '@rjsf/utils';
import React from 'react';

import type { IBatchInference, IBatchInferenceCreate } from '../batchInferenceTypes';
import type { EasyMakerClient } from '../client';
import { machine } from '../format';
import type { EasyMakerModel } from '../model';
import type { ICreateSchema, IFlavor, IImage, IModel } from '../types';
import { flavorLabel, imageLabel } from './labels';
import { FormLoading, useOnce } from './loading';
import { defaultsOf, IProperty, propertiesOf } from './schema';
import { FormData, SchemaForm } from './SchemaForm';

export interface IBatchInferenceFormProps {
  model: EasyMakerModel;
  /** What it begins with, of a copy for example. */
  initial?: Partial<IBatchInferenceCreate>;
  trans: TranslationBundle;
  /** BCP 47, for numbers. */
  locale: string;
  onCreated(batch: IBatchInference): void;
  onCancel(): void;
}

interface IParts {
  schema: ICreateSchema;
  flavors: IFlavor[];
  models: IModel[];
  images: IImage[];
  outputUri: string;
}

async function load(client: EasyMakerClient): Promise<IParts> {
  const [schema, flavors, models, images, configuration] = await Promise.all([
    client.schema('batch-inference'),
    client.flavors('BATCH_INFERENCE'),
    client.models.list({ sort: 'modelName', limit: 1000 }),
    client.images(),
    client.configuration()
  ]);
  const outputUri = configuration.defaultOutputUri;
  return { schema, flavors, models: models.items, images, outputUri };
}

export function BatchInferenceForm(props: IBatchInferenceFormProps): JSX.Element {
  const { client } = props.model;
  const { value: parts, error } = useOnce(() => load(client));
  return parts ? (
    <LoadedForm {...props} parts={parts} />
  ) : (
    <FormLoading error={error} trans={props.trans} />
  );
}

function LoadedForm(props: IBatchInferenceFormProps & { parts: IParts }): JSX.Element {
  const { trans, parts, model, locale } = props;
  const schema = parts.schema.schema as RJSFSchema;
  const given = React.useMemo(() => propertiesOf(schema), [schema]);
  const [data, setData] = React.useState<FormData>(() => ({
    ...defaultsOf(given),
    flavorId: parts.flavors.find(each => !each.gpuFlavor)?.id,
    outputUploadUri: parts.outputUri,
    ...props.initial
  }));
  const properties: Record<string, IProperty> = {
    ...given,
    podCount: withShare(given.podCount, data, parts.flavors, trans, locale)
  };
  return (
    <SchemaForm
      schema={schema}
      properties={properties}
      sections={parts.schema.sections}
      openSections={['basic', 'instance', 'model', 'input', 'output']}
      choices={{
        flavors: parts.flavors.map(each => ({ value: each.id, label: flavorLabel(each, trans) })),
        models: parts.models.map(each => ({ value: each.modelId, label: each.modelName })),
        images: parts.images.map(each => ({ value: each.imageId, label: imageLabel(each) })),
        inputDataTypeCode: [
          { value: 'JSONL', label: trans.__('JSONL: each line is a row') },
          { value: 'JSON', label: trans.__('JSON: a file is one value') }
        ]
      }}
      data={data}
      visible={() => true}
      submitLabel={trans.__('Create batch inference')}
      trans={trans}
      onChange={setData}
      onCancel={props.onCancel}
      onSubmit={async body =>
        props.onCreated(
          await model.client.batchInferences.create(body as unknown as IBatchInferenceCreate)
        )
      }
    />
  );
}

/** What a pod gets of the chosen instances is said below the number of pods. */
function withShare(
  property: IProperty,
  data: FormData,
  flavors: IFlavor[],
  trans: TranslationBundle,
  locale: string
): IProperty {
  const flavor = flavors.find(each => each.id === data.flavorId);
  const pods = Number(data.podCount);
  const instances = Number(data.instanceCount);
  if (!flavor || !(pods > 0) || !(instances > 0)) {
    return property;
  }
  // As the backend shares them out; it refuses what is less than a pod can run with.
  const share = {
    vcpus: Math.floor((flavor.vcpus * instances) / pods),
    ram: Math.floor((flavor.ram * instances) / pods),
    gpuCount: Math.floor((flavor.gpuCount * instances) / pods)
  };
  if (share.vcpus < 1) {
    return property;
  }
  return {
    ...property,
    description: trans.__(
      'Each scores a part of the data with its share of the instances: %1.',
      machine(share, trans, locale)
    )
  };
}
