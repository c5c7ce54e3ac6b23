/** What can be done with a tuning now: in a row of a list, and on its page. */

import React from 'react';

import { useApp } from '../app';
import { Button } from '../components/Button';
import { PageLifecycle, RowLifecycle } from '../components/Lifecycle';
import { deleteTuning } from '../deletions';
import { templateIcon } from '../icons';
import { saveTuningAsTemplate } from '../templateActions';
import { copyTuning, createModelOf, editTuning, makesModel, stopTuning } from '../tuningActions';
import type { ITuning } from '../tuningTypes';

export function TuningActions({ tuning }: { tuning: ITuning }): JSX.Element {
  const app = useApp();
  return (
    <RowLifecycle
      name={tuning.hyperparameterTuningName}
      status={tuning.hyperparameterTuningStatusCode}
      onModel={makesModel(tuning) ? () => createModelOf(app, tuning) : undefined}
      onCopy={() => void copyTuning(app, tuning)}
      onStop={() => void stopTuning(app, tuning)}
      onDelete={() => deleteTuning(app, tuning)}
    />
  );
}

export function DetailActions({ tuning }: { tuning: ITuning }): JSX.Element {
  const app = useApp();
  const id = tuning.hyperparameterTuningId;
  return (
    <PageLifecycle
      status={tuning.hyperparameterTuningStatusCode}
      copyCaption={app.trans.__('New tuning with the same settings')}
      onModel={makesModel(tuning) ? () => createModelOf(app, tuning) : undefined}
      onStop={() => void stopTuning(app, tuning)}
      onTensorboard={() => app.open({ page: 'tensorboard', of: 'hyperparameter-tuning', id })}
      onCopy={() => void copyTuning(app, tuning)}
      onEdit={() => editTuning(app, tuning)}
      onDelete={() => deleteTuning(app, tuning)}
    >
      <Button
        icon={templateIcon}
        label={app.trans.__('Save as template')}
        caption={app.trans.__('Keep these settings to fill other tunings with')}
        onClick={() => void saveTuningAsTemplate(app, tuning)}
      />
    </PageLifecycle>
  );
}
