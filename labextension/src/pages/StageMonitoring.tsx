/** What the pods of a stage use. */

import React from 'react';

import { useApp } from '../app';
import { Monitoring } from '../components/Monitoring';
import type { IStage } from '../endpointTypes';
import { useLoaded } from '../hooks';
import { endpointIcon } from '../icons';
import { IChange, touches } from '../model';
import { useWatched } from '../useWatched';

export function StageMonitoring({ stage }: { stage: IStage }): JSX.Element {
  const { model } = useApp();
  const id = stage.endpointStageId;
  const ask = React.useCallback(
    (signal: AbortSignal) => model.client.stages.monitoring(id, signal),
    [model, id]
  );
  const relevant = React.useCallback(
    (change: IChange) => touches(change, 'endpointStage', id),
    [id]
  );
  const loaded = useLoaded(ask, relevant);
  useWatched([`STAGE_MONITORING/${id}`], loaded.reload);
  return <Monitoring loaded={loaded} icon={endpointIcon} />;
}
