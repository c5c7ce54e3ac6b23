/** The form of a training: own code or a provided algorithm, with what can be chosen here. */

import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import type { EasyMakerModel } from '../model';
import type { TemplateContent } from '../templateTypes';
import type { ITraining, ITrainingCreate } from '../types';
import { JobForm } from './JobForm';
import type { FormData } from './SchemaForm';

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

const OPEN = ['basic', 'algorithm', 'image', 'resources', 'input', 'output'];

export function TrainingForm(props: ITrainingFormProps): JSX.Element {
  const { trans, model } = props;
  return (
    <JobForm
      model={model}
      trans={trans}
      kind="TRAINING"
      begin={{ ...props.initial } as FormData}
      nameField="trainingName"
      openSections={() => OPEN}
      submitLabel={trans.__('Create training')}
      templateCaption={trans.__('Keep these settings to fill other trainings with')}
      create={async body =>
        props.onCreated(await model.client.trainings.create(body as unknown as ITrainingCreate))
      }
      onCancel={props.onCancel}
      onSaveTemplate={props.onSaveTemplate}
    />
  );
}
