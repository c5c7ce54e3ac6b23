/** The form of a notebook: its image, its instance type, its storage, and what a NAS adds to it. */

import type { TranslationBundle } from '@jupyterlab/translation';
import type { RJSFSchema } from '@rjsf/utils';
import React from 'react';

import type { EasyMakerClient } from '../client';
import type { EasyMakerModel } from '../model';
import type { INotebook, INotebookCreate } from '../notebookTypes';
import type { ICreateSchema, IFlavor, IImage } from '../types';
import { aboutImage, flavorLabel, imageChoice } from './labels';
import { FormLoading, useOnce } from './loading';
import { defaultsOf, IProperty, propertiesOf } from './schema';
import { FormData, SchemaForm } from './SchemaForm';

export interface INotebookFormProps {
  model: EasyMakerModel;
  /** What it begins with, of a copy for example. */
  initial?: Partial<INotebookCreate>;
  trans: TranslationBundle;
  onCreated(notebook: INotebook): void;
  onCancel(): void;
}

interface IParts {
  schema: ICreateSchema;
  flavors: IFlavor[];
  images: IImage[];
}

async function load(client: EasyMakerClient): Promise<IParts> {
  const [schema, flavors, images] = await Promise.all([
    client.schema('notebook'),
    client.flavors('NOTEBOOK'),
    client.images('NOTEBOOK')
  ]);
  return { schema, flavors, images };
}

export function NotebookForm(props: INotebookFormProps): JSX.Element {
  const { client } = props.model;
  const { value: parts, error } = useOnce(() => load(client));
  return parts ? (
    <LoadedForm {...props} parts={parts} />
  ) : (
    <FormLoading error={error} trans={props.trans} />
  );
}

function LoadedForm(props: INotebookFormProps & { parts: IParts }): JSX.Element {
  const { trans, parts } = props;
  const schema = parts.schema.schema as RJSFSchema;
  const given = React.useMemo(() => propertiesOf(schema), [schema]);
  const fitting = (imageId: unknown): IFlavor[] => {
    const image = parts.images.find(each => each.imageId === imageId);
    return image
      ? parts.flavors.filter(each => each.gpuFlavor === (image.coreTypeCode === 'GPU'))
      : parts.flavors;
  };
  const [data, setData] = React.useState<FormData>(() => {
    const imageId = props.initial?.imageId ?? parts.images[0]?.imageId;
    return { ...defaultsOf(given), imageId, flavorId: fitting(imageId)[0]?.id, ...props.initial };
  });
  const image = parts.images.find(each => each.imageId === data.imageId);
  const flavors = fitting(data.imageId);
  const properties: Record<string, IProperty> = {
    ...given,
    imageId: {
      ...given.imageId,
      description: image ? aboutImage(image) : given.imageId.description
    }
  };
  return (
    <SchemaForm
      schema={schema}
      properties={properties}
      sections={parts.schema.sections}
      openSections={['image', 'basic', 'storage']}
      choices={{
        images: parts.images.map(each => imageChoice(each, trans)),
        flavors: flavors.map(each => ({ value: each.id, label: flavorLabel(each, trans) }))
      }}
      data={data}
      visible={() => true}
      submitLabel={trans.__('Create notebook')}
      trans={trans}
      onChange={changed => {
        const fits = fitting(changed.imageId);
        const stays = fits.some(each => each.id === changed.flavorId);
        setData(stays ? changed : { ...changed, flavorId: fits[0]?.id });
      }}
      onCancel={props.onCancel}
      onSubmit={async body =>
        props.onCreated(
          await props.model.client.notebooks.create(body as unknown as INotebookCreate)
        )
      }
    />
  );
}
