/** What can be done with a training now, as the buttons of its page. */

import React from 'react';

import { copyTraining, createModelFrom, editTraining, stopTraining } from '../actions';
import { useApp } from '../app';
import { Button } from '../components/Button';
import { PageLifecycle } from '../components/Lifecycle';
import { deleteTraining } from '../deletions';
import { templateIcon } from '../icons';
import { saveTrainingAsTemplate } from '../templateActions';
import type { ITraining } from '../types';

export function DetailActions({ training }: { training: ITraining }): JSX.Element {
  const app = useApp();
  const { trans } = app;
  const status = training.trainingStatusCode;
  const isTrial = training.hyperparameterTuningId !== null;
  return (
    <PageLifecycle
      status={status}
      belongs={isTrial}
      copyCaption={trans.__('New training with the same settings')}
      onModel={status === 'COMPLETE' && !isTrial ? () => createModelFrom(app, training) : undefined}
      onStop={() => void stopTraining(app, training)}
      onTensorboard={() =>
        app.open({ page: 'tensorboard', of: 'training', id: training.trainingId })
      }
      onCopy={() => void copyTraining(app, training)}
      onEdit={() => editTraining(app, training)}
      onDelete={() => deleteTraining(app, training)}
    >
      <Button
        icon={templateIcon}
        label={trans.__('Save as template')}
        caption={trans.__('Keep these settings to fill other trainings with')}
        onClick={() => void saveTrainingAsTemplate(app, training)}
      />
    </PageLifecycle>
  );
}
