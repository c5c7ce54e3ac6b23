/** The form of a hyperparameter tuning: what a trial runs, what is varied, and what makes one better than another. */

import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import type { EasyMakerModel } from '../model';
import type { TemplateContent } from '../templateTypes';
import type { ITuning, ITuningCreate } from '../tuningTypes';
import { JobForm } from './JobForm';
import type { FormData } from './SchemaForm';
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
  const { trans, model } = props;
  return (
    <JobForm
      model={model}
      trans={trans}
      kind="HYPERPARAMETER_TUNING"
      begin={{ hyperparameterSpecList: [EMPTY_RANGE], ...onForm({ ...props.initial } as FormData) }}
      nameField="hyperparameterTuningName"
      openSections={data => (data.earlyStoppingAlgorithm ? [...OPEN, 'stopping'] : OPEN)}
      submitLabel={trans.__('Create tuning')}
      templateCaption={trans.__('Keep these settings to fill other tunings with')}
      fieldsOf={(given, data, algorithm) => tuningProperties(given, data, algorithm, trans)}
      neededFields={neededFields}
      asBody={asBody}
      create={async body =>
        props.onCreated(await model.client.tunings.create(body as unknown as ITuningCreate))
      }
      onCancel={props.onCancel}
      onSaveTemplate={props.onSaveTemplate}
    />
  );
}
