/** What can be done with a training now, as small buttons in a row of a list. */

import { copyIcon, deleteIcon, stopIcon } from '@jupyterlab/ui-components';
import React from 'react';

import { copyTraining, createModelFrom, stopTraining } from '../actions';
import { useApp } from '../app';
import { IconButton } from '../components/Button';
import { deleteTraining } from '../deletions';
import { modelIcon } from '../icons';
import { hasEnded, isStoppable } from '../status';
import type { ITraining } from '../types';

export function TrainingActions(props: { training: ITraining }): JSX.Element {
  const app = useApp();
  const { trans } = app;
  const { training } = props;
  const status = training.trainingStatusCode;
  const name = training.trainingName;
  return (
    <span className="em-RowActions">
      {status === 'COMPLETE' && (
        <IconButton
          icon={modelIcon}
          label={trans.__('Create a model from %1', name)}
          onClick={() => createModelFrom(app, training)}
        />
      )}
      <IconButton
        icon={copyIcon}
        label={trans.__('Copy %1', name)}
        onClick={() => void copyTraining(app, training)}
      />
      {hasEnded(status) ? (
        <IconButton
          icon={deleteIcon}
          label={trans.__('Delete %1', name)}
          onClick={() => void deleteTraining(app, training)}
        />
      ) : (
        <IconButton
          icon={stopIcon}
          label={trans.__('Stop %1', name)}
          disabled={!isStoppable(status)}
          onClick={() => void stopTraining(app, training)}
        />
      )}
    </span>
  );
}
