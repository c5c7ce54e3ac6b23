/** What people do with templates: keep settings as one, copy one, start a training or a tuning from one. */

import React from 'react';

import { attempt } from './confirmation';
import type { IApp } from './app';
import { EditForm } from './components/EditForm';
import { openModal } from './components/modal';
import { contentOf } from './form/templateContent';
import type { FormData } from './form/SchemaForm';
import type { ITrainingTemplate, TemplateContent, TemplateKind } from './templateTypes';
import type { ITuning } from './tuningTypes';
import type { ITraining } from './types';

/** Ask for a name and keep the settings under it; what a training is about is said by its own description. */
export function saveTemplate(
  app: IApp,
  settings: TemplateContent,
  name: string,
  kind: TemplateKind = 'TRAINING'
): void {
  const content = { ...settings };
  delete content.description;
  openModal(app, app.trans.__('Save as template'), close => (
    <EditForm
      initial={{ name, description: '', tagList: [] }}
      nameField="trainingTemplateName"
      close={close}
      save={async edited => {
        const template = await app.model.client.templates.create({
          trainingTemplateName: edited.name,
          kind,
          description: edited.description,
          tagList: edited.tagList,
          content
        });
        app.open({ page: 'template', id: template.trainingTemplateId });
      }}
    />
  ));
}

export async function saveTrainingAsTemplate(app: IApp, training: ITraining): Promise<void> {
  await attempt(app, app.trans.__('The settings could not be read'), async () => {
    const body = await app.model.client.trainings.copy(training.trainingId);
    saveTemplate(app, contentOf(body as unknown as FormData), training.trainingName);
  });
}

export async function saveTuningAsTemplate(app: IApp, tuning: ITuning): Promise<void> {
  await attempt(app, app.trans.__('The settings could not be read'), async () => {
    const body = await app.model.client.tunings.copy(tuning.hyperparameterTuningId);
    const content = contentOf(body as unknown as FormData);
    saveTemplate(app, content, tuning.hyperparameterTuningName, 'HYPERPARAMETER_TUNING');
  });
}

export async function copyTemplate(app: IApp, template: ITrainingTemplate): Promise<void> {
  await attempt(app, app.trans.__('The template could not be copied'), async () => {
    const copy = await app.model.client.templates.copy(template.trainingTemplateId);
    app.open({ page: 'template', id: copy.trainingTemplateId });
  });
}

/** Open the form it fills. */
export function startFrom(app: IApp, template: ITrainingTemplate): void {
  app.open(
    template.kind === 'TRAINING'
      ? { page: 'new-training', initial: template.content }
      : { page: 'new-tuning', initialTuning: template.content }
  );
}
