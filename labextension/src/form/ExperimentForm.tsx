/** The form of an experiment. */

import type { TranslationBundle } from '@jupyterlab/translation';
import type { RJSFSchema } from '@rjsf/utils';
import React from 'react';

import type { EasyMakerModel } from '../model';
import type { ICreateSchema, IExperiment, IExperimentCreate } from '../types';
import { FormLoading, useOnce } from './loading';
import { defaultsOf, propertiesOf } from './schema';
import { FormData, SchemaForm } from './SchemaForm';

export interface IExperimentFormProps {
  model: EasyMakerModel;
  initial?: Partial<IExperimentCreate>;
  trans: TranslationBundle;
  onCreated(experiment: IExperiment): void;
  onCancel(): void;
}

export function ExperimentForm(props: IExperimentFormProps): JSX.Element {
  const { value: parts, error } = useOnce(() => props.model.client.schema('experiment'));
  return parts ? (
    <LoadedForm {...props} parts={parts} />
  ) : (
    <FormLoading error={error} trans={props.trans} />
  );
}

function LoadedForm(props: IExperimentFormProps & { parts: ICreateSchema }): JSX.Element {
  const schema = props.parts.schema as RJSFSchema;
  const properties = React.useMemo(() => propertiesOf(schema), [schema]);
  const [data, setData] = React.useState<FormData>(() => ({
    ...defaultsOf(properties),
    ...props.initial
  }));
  return (
    <SchemaForm
      schema={schema}
      properties={properties}
      sections={props.parts.sections}
      openSections={['basic']}
      choices={{}}
      data={data}
      visible={() => true}
      submitLabel={props.trans.__('Create experiment')}
      trans={props.trans}
      onChange={setData}
      onCancel={props.onCancel}
      onSubmit={async body =>
        props.onCreated(
          await props.model.client.experiments.create(body as unknown as IExperimentCreate)
        )
      }
    />
  );
}
