/** The stages of an endpoint: where each answers, what it runs on, and what it serves. */

import { addIcon, deleteIcon, redoIcon, settingsIcon } from '@jupyterlab/ui-components';
import React from 'react';

import { IApp, useApp } from '../app';
import { Button, IconButton, LinkButton } from '../components/Button';
import { CopyText } from '../components/Fields';
import { Empty } from '../components/Notice';
import { StatusChip } from '../components/Status';
import { deleteStage } from '../deletions';
import { changeDefaultStage, deployStage, newStage, showGatewaySettings } from '../endpointActions';
import type { IEndpoint, IStage } from '../endpointTypes';
import { addressOf, gatewayHelp, isDeployable, resourceName } from '../endpointWords';
import { integer } from '../format';
import { endpointIcon, swapIcon } from '../icons';
import { Upgrade } from './Upgrade';

export function EndpointStages({ endpoint }: { endpoint: IEndpoint }): JSX.Element {
  const app = useApp();
  const { trans } = app;
  const stages = endpoint.endpointStageList;
  if (stages.length === 0) {
    return (
      <Empty
        icon={endpointIcon}
        title={trans.__('No stages')}
        action={
          <Button
            kind="accept"
            icon={addIcon}
            label={trans.__('New stage')}
            onClick={() => newStage(app, endpoint)}
          />
        }
      >
        {trans.__('A stage serves models at an address of its own.')}
      </Empty>
    );
  }
  return (
    <ul className="em-Stages">
      {stages.map(stage => (
        <StageCard key={stage.endpointStageId} endpoint={endpoint} stage={stage} />
      ))}
    </ul>
  );
}

function StageCard(props: { endpoint: IEndpoint; stage: IStage }): JSX.Element {
  const app = useApp();
  const { trans, locale } = app;
  const { endpoint, stage } = props;
  const open = (): void => app.open({ page: 'endpoint-stage', id: stage.endpointStageId });
  const weight = endpoint.trafficList.length > 0 && trans.__('%1 % of calls', stage.weight);
  const facts = [
    stage.flavor.name,
    trans._n('%1 instance', '%1 instances', stage.nodeCount),
    trans.__(
      '%1 of %2 pods healthy',
      integer(stage.runningPodCount, locale),
      integer(stage.podCount, locale)
    ),
    weight
  ].filter(Boolean);
  return (
    <li className="em-Stage" data-id={stage.endpointStageId} onClick={open}>
      <div className="em-Stage-head">
        <LinkButton label={stage.endpointStageName} onClick={open} />
        {stage.isDefaultStage && <span className="em-Best">{trans.__('Default stage')}</span>}
        <StatusChip
          status={stage.endpointStageStatusCode}
          reason={stage.endpointStageStatusReason}
        />
        <span className="em-Stage-actions">
          <StageButtons app={app} endpoint={endpoint} stage={stage} />
        </span>
      </div>
      {stage.endpointStageStatusReason && (
        <p className="em-Stage-reason">{stage.endpointStageStatusReason}</p>
      )}
      <Upgrade stage={stage} />
      <div className="em-Stage-address" onClick={event => event.stopPropagation()}>
        {stage.apigwStageUrl && <CopyText text={addressOf(stage.apigwStageUrl)} />}
        {stage.deployStatus !== '' && (
          <span className="em-Stage-gateway">
            <span className="em-mod-quiet">{trans.__('Gateway')}</span>
            <StatusChip
              status={stage.deployStatus}
              reason={stage.deployStatusReason || gatewayHelp(stage.deployStatus, trans)}
            />
          </span>
        )}
      </div>
      <div className="em-Stage-facts">{facts.join(' · ')}</div>
      <ul className="em-Stage-resources">
        {stage.endpointModelList.map(resource => (
          <li key={resource.endpointModelId} title={resource.endpointModelStatusReason}>
            <code>{resourceName(resource)}</code>
            {resource.apigwResourceUri && (
              <LinkButton
                label={resource.model.modelName}
                onClick={() => app.open({ page: 'model', id: resource.modelId })}
              />
            )}
            <span className="em-mod-quiet">
              {integer(resource.runningPodCount, locale)}/{integer(resource.podCount, locale)}
            </span>
          </li>
        ))}
      </ul>
    </li>
  );
}

function StageButtons(props: { app: IApp; endpoint: IEndpoint; stage: IStage }): JSX.Element {
  const { app, endpoint, stage } = props;
  const { trans } = app;
  const name = stage.endpointStageName;
  const going = stage.endpointStageStatusCode === 'DELETE_IN_PROGRESS';
  return (
    <span className="em-RowActions">
      {!stage.isDefaultStage && (
        <IconButton
          icon={swapIcon}
          label={trans.__('Make %1 the default stage', name)}
          disabled={stage.endpointStageStatusCode !== 'ACTIVE'}
          onClick={() => changeDefaultStage(app, endpoint, stage)}
        />
      )}
      <IconButton
        icon={settingsIcon}
        label={trans.__('Gateway settings of %1', name)}
        onClick={() => showGatewaySettings(app, stage)}
      />
      {isDeployable(stage.deployStatus) && (
        <IconButton
          icon={redoIcon}
          label={trans.__('Deploy %1 to the gateway again', name)}
          onClick={() => void deployStage(app, stage)}
        />
      )}
      <IconButton
        icon={deleteIcon}
        label={
          stage.isDefaultStage
            ? trans.__('The default stage cannot be deleted; make another one the default first')
            : trans.__('Delete %1', name)
        }
        disabled={stage.isDefaultStage || going}
        onClick={() => void deleteStage(app, stage)}
      />
    </span>
  );
}
