/** What people do to batch inferences, from wherever they do it. */

import React from 'react';

import { attempt, confirmed } from './confirmation';
import type { IApp } from './app';
import type { IBatchInference } from './batchInferenceTypes';
import { EditForm } from './components/EditForm';
import { openModal } from './components/modal';

export async function stopBatchInference(app: IApp, batch: IBatchInference): Promise<boolean> {
  const { trans } = app;
  const sure = await confirmed(
    app,
    trans.__('Stop “%1”?', batch.batchInferenceName),
    trans.__(
      'The rows that are left are not scored. This cannot be undone: a stopped batch inference cannot be continued, but it can be copied.'
    ),
    trans.__('Stop')
  );
  return (
    sure &&
    attempt(app, trans.__('The batch inference could not be stopped'), () =>
      app.model.client.batchInferences.stop(batch.batchInferenceId)
    )
  );
}

/** Open the form of a new one with the settings of this one. */
export async function copyBatchInference(app: IApp, batch: IBatchInference): Promise<boolean> {
  return attempt(app, app.trans.__('The batch inference could not be copied'), async () => {
    const initialBatchInference = await app.model.client.batchInferences.copy(
      batch.batchInferenceId
    );
    app.open({ page: 'new-batch-inference', initialBatchInference });
  });
}

export function editBatchInference(app: IApp, batch: IBatchInference): void {
  openModal(app, app.trans.__('Edit batch inference'), close => (
    <EditForm
      initial={{
        name: batch.batchInferenceName,
        description: batch.description,
        tagList: batch.tagList
      }}
      nameField="batchInferenceName"
      close={close}
      save={({ name, description, tagList }) =>
        app.model.client.batchInferences.update(batch.batchInferenceId, {
          batchInferenceName: name,
          description,
          tagList
        })
      }
    />
  ));
}
