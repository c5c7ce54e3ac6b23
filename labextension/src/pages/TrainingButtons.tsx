/** What can be done with a training now, as the buttons of its page. */

import { copyIcon, deleteIcon, editIcon, stopIcon } from '@jupyterlab/ui-components';
import React from 'react';

import { copyTraining, createModelFrom, editTraining, stopTraining } from '../actions';
import { useApp, useHost } from '../app';
import { Button } from '../components/Button';
import { deleteTraining } from '../deletions';
import { modelIcon, templateIcon, tensorboardIcon } from '../icons';
import { hasEnded, isStoppable } from '../status';
import { saveTrainingAsTemplate } from '../templateActions';
import type { ITraining } from '../types';

export function DetailActions(props: { training: ITraining }): JSX.Element {
  const app = useApp();
  const host = useHost();
  const { trans } = app;
  const { training } = props;
  const status = training.trainingStatusCode;

  const remove = async (): Promise<void> => {
    if (await deleteTraining(app, training)) {
      host.close();
    }
  };
  return (
    <>
      {status === 'COMPLETE' && (
        <Button
          kind="accept"
          icon={modelIcon}
          label={trans.__('Create model')}
          onClick={() => createModelFrom(app, training)}
        />
      )}
      {!hasEnded(status) && (
        <Button
          icon={stopIcon}
          label={trans.__('Stop')}
          disabled={!isStoppable(status)}
          onClick={() => void stopTraining(app, training)}
        />
      )}
      <Button
        icon={tensorboardIcon}
        label="TensorBoard"
        onClick={() => app.open({ page: 'tensorboard', of: 'training', id: training.trainingId })}
      />
      <Button
        icon={copyIcon}
        label={trans.__('Copy')}
        caption={trans.__('New training with the same settings')}
        onClick={() => void copyTraining(app, training)}
      />
      <Button
        icon={templateIcon}
        label={trans.__('Save as template')}
        caption={trans.__('Keep these settings to fill other trainings with')}
        onClick={() => void saveTrainingAsTemplate(app, training)}
      />
      <Button
        icon={editIcon}
        label={trans.__('Edit')}
        caption={trans.__('Change name, description and tags')}
        onClick={() => editTraining(app, training)}
      />
      {hasEnded(status) && (
        <Button icon={deleteIcon} label={trans.__('Delete')} onClick={() => void remove()} />
      )}
    </>
  );
}
