/** The form of a hyperparameter tuning: what a trial runs, what is varied, and what makes one better than another. */

import type { TranslationBundle } from '@jupyterlab/translation';
import type { RJSFSchema } from '@rjsf/utils';
import React from 'react';

import type { EasyMakerModel } from '../model';
import type { TemplateContent } from '../templateTypes';
import type { ITuning, ITuningCreate } from '../tuningTypes';
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
import { asBody, EMPTY_RANGE, neededFields, onForm, tuningProperties } from './tuningFields';

export interface ITuningFormProps {
  model: EasyMakerModel;
  /** What it begins with, of a copy for example. */
  initial?: Partial<ITuningCreate>;
  trans: TranslationBundle;
  onCreated(tuning: ITuning): void;
  onCancel(): void;
  /** Keep what is filled in as a template. */
  onSaveTemplate(content: TemplateContent, name: string): void;
}

const OPEN = [
  ...['basic', 'strategy', 'algorithm', 'image', 'resources', 'input', 'output'],
  ...['objective', 'trials']
];

export function TuningForm(props: ITuningFormProps): JSX.Element {
  const { client } = props.model;
  const { value: parts, error } = useOnce(() => load(client, 'HYPERPARAMETER_TUNING'));
  if (!parts) {
    return <FormLoading error={error} trans={props.trans} />;
  }
  return <LoadedForm {...props} parts={parts} />;
}

function LoadedForm(props: ITuningFormProps & { parts: IParts }): JSX.Element {
  const { trans, parts, model } = props;
  const schema = parts.schema.schema as RJSFSchema;
  const given = React.useMemo(() => propertiesOf(schema), [schema]);
  const [data, setData] = React.useState<FormData>(() => ({
    ...defaultsOf(given),
    ...firstChoices(parts),
    hyperparameterSpecList: [EMPTY_RANGE],
    ...onForm((props.initial ?? {}) as FormData)
  }));

  const algorithm = parts.algorithms.find(each => each.algorithmId === data.algorithmId);
  const visible = (name: string): boolean => isVisible(name, data, algorithm);

  return (
    <SchemaForm
      schema={{ ...schema, required: neededFields(schema, data) }}
      properties={tuningProperties(given, data, algorithm, trans)}
      sections={parts.schema.sections}
      openSections={data.earlyStoppingAlgorithm ? [...OPEN, 'stopping'] : OPEN}
      choices={choicesOf(parts, trans)}
      data={data}
      visible={visible}
      uiSchema={uiSchemaOf(algorithm)}
      submitLabel={trans.__('Create tuning')}
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
          title={trans.__('Keep these settings to fill other tunings with')}
          onClick={() =>
            props.onSaveTemplate(
              contentOf(asBody(bodyOf(data, visible))),
              String(data.hyperparameterTuningName ?? '')
            )
          }
        >
          {trans.__('Save as template')}
        </button>
      }
      onChange={changed => setData(consistent(changed, data, parts))}
      onCancel={props.onCancel}
      onSubmit={async filledIn => {
        const body = asBody(filledIn);
        if (body.experimentId === NEW_EXPERIMENT) {
          delete body.experimentId;
        }
        props.onCreated(await model.client.tunings.create(body as unknown as ITuningCreate));
      }}
    />
  );
}
