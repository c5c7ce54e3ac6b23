/** What can be done with a training now, as small buttons in a row of a list. */

import React from 'react';

import { copyTraining, createModelFrom, stopTraining } from '../actions';
import { useApp } from '../app';
import { RowLifecycle } from '../components/Lifecycle';
import { deleteTraining } from '../deletions';
import type { ITraining } from '../types';

export function TrainingActions({ training }: { training: ITraining }): JSX.Element {
  const app = useApp();
  const status = training.trainingStatusCode;
  return (
    <RowLifecycle
      name={training.trainingName}
      status={status}
      onModel={status === 'COMPLETE' ? () => createModelFrom(app, training) : undefined}
      onCopy={() => void copyTraining(app, training)}
      onStop={() => void stopTraining(app, training)}
      onDelete={() => deleteTraining(app, training)}
    />
  );
}
