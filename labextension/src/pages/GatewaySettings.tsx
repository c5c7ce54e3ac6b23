/** What is deployed to the gateway for a stage, and deploying it again. */

import { redoIcon } from '@jupyterlab/ui-components';
import React from 'react';

import { useApp } from '../app';
import { Button } from '../components/Button';
import { JsonText } from '../components/JsonText';
import { ErrorNotice, Loading } from '../components/Notice';
import { StatusChip } from '../components/Status';
import { deployStage } from '../endpointActions';
import type { IStage } from '../endpointTypes';
import { gatewayHelp } from '../endpointWords';
import { useLoaded, useOne } from '../hooks';
import { IChange, touches } from '../model';

export function GatewaySettings(props: { stage: IStage; close(): void }): JSX.Element {
  const app = useApp();
  const { model, trans } = app;
  const id = props.stage.endpointStageId;
  const stage = useOne(model.client.stages, id).value ?? props.stage;
  const ask = React.useCallback(
    (signal: AbortSignal) => model.client.stages.gatewaySettings(id, signal),
    [model, id]
  );
  const relevant = React.useCallback(
    (change: IChange) => touches(change, 'endpointStage', id),
    [id]
  );
  const loaded = useLoaded(ask, relevant);
  return (
    <div className="em-Gateway">
      <p className="em-Gateway-status">
        {stage.deployStatus !== '' && <StatusChip status={stage.deployStatus} />}
        <span>{stage.deployStatusReason || gatewayHelp(stage.deployStatus, trans)}</span>
      </p>
      {loaded.error !== null && <ErrorNotice error={loaded.error} onRetry={loaded.reload} />}
      {loaded.value === null ? (
        loaded.error === null && <Loading />
      ) : (
        <JsonText value={loaded.value} label={trans.__('Gateway settings')} />
      )}
      <div className="em-Modal-buttons">
        <Button
          icon={redoIcon}
          label={trans.__('Deploy stage')}
          caption={trans.__('Write these settings into the gateway again')}
          onClick={() => void deployStage(app, stage)}
        />
        <Button label={trans.__('Close')} onClick={props.close} />
      </div>
    </div>
  );
}
