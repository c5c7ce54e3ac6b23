/** The form of a new tuning, as a tab of its own: people look things up elsewhere while they fill it. */

import React from 'react';

import { useApp, useHost } from '../app';
import { TuningForm } from '../form';
import { saveTemplate } from '../templateActions';
import type { ITuningCreate } from '../tuningTypes';

export function NewTuning(props: { initial?: Partial<ITuningCreate> }): JSX.Element {
  const app = useApp();
  const host = useHost();
  return (
    <TuningForm
      model={app.model}
      trans={app.trans}
      initial={props.initial}
      onSaveTemplate={(content, name) => saveTemplate(app, content, name, 'HYPERPARAMETER_TUNING')}
      onCancel={host.close}
      onCreated={tuning => {
        host.close();
        app.open({ page: 'tuning', id: tuning.hyperparameterTuningId });
      }}
    />
  );
}
