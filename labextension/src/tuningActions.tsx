/** What people do to tunings, from wherever they do it. */

import React from 'react';

import { createModel } from './actions';
import { attempt, confirmed } from './confirmation';
import type { IApp } from './app';
import { EditForm } from './components/EditForm';
import { openModal } from './components/modal';
import type { ITuning } from './tuningTypes';

export async function stopTuning(app: IApp, tuning: ITuning): Promise<boolean> {
  const { trans } = app;
  const sure = await confirmed(
    app,
    trans.__('Stop “%1”?', tuning.hyperparameterTuningName),
    trans.__(
      'Its running trials are ended. This cannot be undone: a stopped tuning cannot be continued, but it can be copied.'
    ),
    trans.__('Stop')
  );
  return (
    sure &&
    attempt(app, trans.__('The tuning could not be stopped'), () =>
      app.model.client.tunings.stop(tuning.hyperparameterTuningId)
    )
  );
}

/** Open the form of a new tuning with the settings of this one. */
export async function copyTuning(app: IApp, tuning: ITuning): Promise<boolean> {
  return attempt(app, app.trans.__('The tuning could not be copied'), async () => {
    const initialTuning = await app.model.client.tunings.copy(tuning.hyperparameterTuningId);
    app.open({ page: 'new-tuning', initialTuning });
  });
}

/** Of its best trial. */
export function createModelOf(app: IApp, tuning: ITuning): void {
  createModel(app, {
    hyperparameterTuningId: tuning.hyperparameterTuningId,
    modelName: tuning.hyperparameterTuningName
  });
}

/** Only a complete tuning with a best trial has something to make a model of. */
export function makesModel(tuning: ITuning): boolean {
  return tuning.hyperparameterTuningStatusCode === 'COMPLETE' && tuning.optimalTrialId !== null;
}

export function editTuning(app: IApp, tuning: ITuning): void {
  openModal(app, app.trans.__('Edit tuning'), close => (
    <EditForm
      initial={{
        name: tuning.hyperparameterTuningName,
        description: tuning.description,
        tagList: tuning.tagList
      }}
      nameField="hyperparameterTuningName"
      close={close}
      save={({ name, description, tagList }) =>
        app.model.client.tunings.update(tuning.hyperparameterTuningId, {
          hyperparameterTuningName: name,
          description,
          tagList
        })
      }
    />
  ));
}
