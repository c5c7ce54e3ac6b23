/** What people do with templates: keep settings as one, copy one, start a training from one. */

import React from 'react';

import { attempt } from './actions';
import type { IApp } from './app';
import { EditForm } from './components/EditForm';
import { openModal } from './components/modal';
import { contentOf } from './form/templateContent';
import type { FormData } from './form/SchemaForm';
import type { ITrainingTemplate, TemplateContent } from './templateTypes';
import type { ITraining } from './types';

/** Ask for a name and keep the settings under it; what a training is about is said by its own description. */
export function saveTemplate(app: IApp, settings: TemplateContent, name: string): void {
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

export async function copyTemplate(app: IApp, template: ITrainingTemplate): Promise<void> {
  await attempt(app, app.trans.__('The template could not be copied'), async () => {
    const copy = await app.model.client.templates.copy(template.trainingTemplateId);
    app.open({ page: 'template', id: copy.trainingTemplateId });
  });
}

export function trainFrom(app: IApp, template: ITrainingTemplate): void {
  app.open({ page: 'new-training', initial: template.content });
}
