/** The form of a training: own code or a provided algorithm, with what can be chosen here. */

import type { TranslationBundle } from '@jupyterlab/translation';
import type { RJSFSchema } from '@rjsf/utils';
import React from 'react';

import type { EasyMakerModel } from '../model';
import type { TemplateContent } from '../templateTypes';
import type { ITraining, ITrainingCreate } from '../types';
import { FillFrom } from './FillFrom';
import { FormLoading, useOnce } from './loading';
import { bodyOf, defaultsOf, propertiesOf } from './schema';
import { FormData, SchemaForm } from './SchemaForm';
import { contentOf, filled } from './templateContent';
import {
  choicesOf,
  consistent,
  firstChoices,
  IParts,
  isVisible,
  load,
  NEW_EXPERIMENT,
  uiSchemaOf
} from './trainingFields';

export interface ITrainingFormProps {
  model: EasyMakerModel;
  /** What it begins with, of a copy for example. */
  initial?: Partial<ITrainingCreate>;
  trans: TranslationBundle;
  onCreated(training: ITraining): void;
  onCancel(): void;
  /** Keep what is filled in as a template. */
  onSaveTemplate(content: TemplateContent, name: string): void;
}

export function TrainingForm(props: ITrainingFormProps): JSX.Element {
  const { client } = props.model;
  const { value: parts, error } = useOnce(() => load(client, 'TRAINING'));
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
      before={
        <FillFrom
          templates={parts.templates}
          trans={trans}
          onFill={content => setData(filled(data, content, parts))}
        />
      }
      buttons={
        <button
          type="button"
          className="em-Button em-mod-plain em-mod-last"
          title={trans.__('Keep these settings to fill other trainings with')}
          onClick={() =>
            props.onSaveTemplate(contentOf(bodyOf(data, visible)), String(data.trainingName ?? ''))
          }
        >
          {trans.__('Save as template')}
        </button>
      }
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
