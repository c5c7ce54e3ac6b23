/** The form of a model: from a training, from a tuning's best trial, or from a path. */

import type { TranslationBundle } from '@jupyterlab/translation';
import type { RJSFSchema } from '@rjsf/utils';
import React from 'react';

import type { EasyMakerModel } from '../model';
import type { ITuning } from '../tuningTypes';
import type { ICreateSchema, IModel, IModelCreate, ITraining } from '../types';
import { FormLoading, useOnce } from './loading';
import { defaultsOf, propertiesOf } from './schema';
import { FormData, SchemaForm } from './SchemaForm';

export interface IModelFormProps {
  model: EasyMakerModel;
  /** What it begins with: the training it is made from, for example. */
  initial?: Partial<IModelCreate>;
  trans: TranslationBundle;
  onCreated(model: IModel): void;
  onCancel(): void;
}

interface IParts {
  schema: ICreateSchema;
  trainings: ITraining[];
  tunings: ITuning[];
}

async function load(props: IModelFormProps): Promise<IParts> {
  const { client } = props.model;
  const limit = 500;
  const [schema, trainings, tunings] = await Promise.all([
    client.schema('model'),
    client.trainings.list({ trainingStatusCodeList: ['COMPLETE'], limit }),
    client.tunings.list({ hyperparameterTuningStatusCodeList: ['COMPLETE'], limit })
  ]);
  return { schema, trainings: trainings.items, tunings: tunings.items };
}

export function ModelForm(props: IModelFormProps): JSX.Element {
  const { value: parts, error } = useOnce(() => load(props));
  return parts ? (
    <LoadedForm {...props} parts={parts} />
  ) : (
    <FormLoading error={error} trans={props.trans} />
  );
}

function LoadedForm(props: IModelFormProps & { parts: IParts }): JSX.Element {
  const { trans, parts } = props;
  const schema = parts.schema.schema as RJSFSchema;
  const properties = React.useMemo(() => propertiesOf(schema), [schema]);
  const [data, setData] = React.useState<FormData>(() => ({
    ...defaultsOf(properties),
    ...props.initial
  }));
  const trainings = parts.trainings.map(training => ({
    value: training.trainingId,
    label: `${training.trainingName} (${training.experiment.experimentName})`
  }));
  // Those without a best trial have nothing to make a model of.
  const hyperparameterTunings = parts.tunings
    .filter(tuning => tuning.optimalTrialId !== null)
    .map(tuning => ({
      value: tuning.hyperparameterTuningId,
      label: `${tuning.hyperparameterTuningName} (${tuning.experiment.experimentName})`
    }));
  return (
    <SchemaForm
      schema={schema}
      properties={properties}
      sections={parts.schema.sections}
      openSections={['basic', 'framework', 'artifact']}
      choices={{ trainings, hyperparameterTunings }}
      data={data}
      visible={name => isVisible(name, data)}
      submitLabel={trans.__('Create model')}
      trans={trans}
      onChange={setData}
      onCancel={props.onCancel}
      onSubmit={async body =>
        props.onCreated(await props.model.client.models.create(body as unknown as IModelCreate))
      }
    />
  );
}

const ORIGINS = ['trainingId', 'hyperparameterTuningId', 'modelUploadUri'];

/** A model has one origin: once it is chosen, there is no place for another. */
function isVisible(name: string, data: FormData): boolean {
  const chosen = ORIGINS.find(origin => data[origin]);
  return !chosen || !ORIGINS.includes(name) || name === chosen;
}
