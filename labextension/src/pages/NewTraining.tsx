/** The form of a new training, as a tab of its own: people look things up elsewhere while they fill it. */

import React from 'react';

import { useApp, useHost } from '../app';
import { TrainingForm } from '../form';
import { saveTemplate } from '../templateActions';
import type { ITrainingCreate } from '../types';

export function NewTraining(props: { initial?: Partial<ITrainingCreate> }): JSX.Element {
  const app = useApp();
  const host = useHost();
  return (
    <TrainingForm
      model={app.model}
      trans={app.trans}
      initial={props.initial}
      onSaveTemplate={(content, name) => saveTemplate(app, content, name)}
      onCancel={host.close}
      onCreated={training => {
        host.close();
        app.open({ page: 'training', id: training.trainingId });
      }}
    />
  );
}
