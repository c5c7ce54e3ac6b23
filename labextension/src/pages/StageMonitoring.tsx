/** What the pods of a stage use. */

import React from 'react';

import { useApp } from '../app';
import { Monitoring } from '../components/Monitoring';
import { useRepeated } from '../components/useRepeated';
import type { IStage } from '../endpointTypes';
import { useLoaded } from '../hooks';
import { endpointIcon } from '../icons';
import { IChange, touches } from '../model';

/** Milliseconds between looks: use changes without events. */
const LOOK = 3000;

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
  useRepeated(true, LOOK, loaded.reload);
  return <Monitoring loaded={loaded} icon={endpointIcon} />;
}
