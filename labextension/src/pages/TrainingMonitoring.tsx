/** What a training's instances use, while they run and afterwards. */

import React from 'react';

import { useApp } from '../app';
import { Monitoring } from '../components/Monitoring';
import { trainingIcon } from '../icons';
import { Followed, useFollowed } from './useFollowed';

export function TrainingMonitoring({ training }: { training: Followed }): JSX.Element {
  const { model } = useApp();
  const ask = React.useCallback(
    (id: string, signal: AbortSignal) => model.client.trainings.monitoring(id, signal),
    [model]
  );
  const loaded = useFollowed(training, ask, 'TRAINING_MONITORING');
  return <Monitoring loaded={loaded} icon={trainingIcon} />;
}
