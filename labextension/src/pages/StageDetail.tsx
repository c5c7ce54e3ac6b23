/** One stage of an endpoint: what it serves, how it is called, what it uses, and a way to try it. */

import { addIcon, deleteIcon, editIcon, settingsIcon } from '@jupyterlab/ui-components';
import React from 'react';

import { useApp, useHost } from '../app';
import { Button, LinkButton } from '../components/Button';
import { DetailFrame, DetailHeader } from '../components/DetailPage';
import { CopyText } from '../components/Fields';
import { FailureNotice } from '../components/Notice';
import { StatusChip } from '../components/Status';
import { ITab, Tabs } from '../components/Tabs';
import { deleteStage } from '../deletions';
import {
  addResource,
  changeDefaultStage,
  editStage,
  scaleStage,
  showGatewaySettings
} from '../endpointActions';
import type { IEndpoint, IStage } from '../endpointTypes';
import { addressOf, gatewayHelp, isBeingCreated } from '../endpointWords';
import { useOne } from '../hooks';
import { endpointIcon, swapIcon } from '../icons';
import { StageLogs } from './StageLogs';
import { StageMonitoring } from './StageMonitoring';
import { StageResources } from './StageResources';
import { StageSettings } from './StageSettings';
import { StageStatistics } from './StageStatistics';
import { TryIt } from './TryIt';
import { Upgrade } from './Upgrade';

export function StageDetail(props: { id: string }): JSX.Element {
  const { model, trans } = useApp();
  const loaded = useOne(model.client.stages, props.id);
  return (
    <DetailFrame
      icon={endpointIcon}
      loaded={loaded}
      nameOf={stage => stage.endpointStageName}
      gone={trans.__('This stage no longer exists')}
    >
      {stage => <Content stage={stage} />}
    </DetailFrame>
  );
}

function Content({ stage }: { stage: IStage }): JSX.Element {
  const app = useApp();
  const { trans, model } = app;
  const { setTitle } = useHost();
  const endpoint = useOne(model.client.endpoints, stage.endpointId).value;
  const name = endpoint
    ? `${endpoint.endpointName} / ${stage.endpointStageName}`
    : stage.endpointStageName;
  React.useEffect(() => setTitle(name), [name, setTitle]);
  const [tab, setTab] = React.useState('resources');
  const status = stage.endpointStageStatusCode;
  const reason = stage.endpointStageStatusReason;
  return (
    <>
      <DetailHeader
        icon={endpointIcon}
        name={name}
        description={stage.description}
        status={
          <>
            {stage.isDefaultStage && <span className="em-Best">{trans.__('Default stage')}</span>}
            <StatusChip status={status} reason={reason} />
          </>
        }
        facts={[
          <>
            {trans.__('Endpoint')}{' '}
            <LinkButton
              label={endpoint?.endpointName ?? stage.endpointId}
              onClick={() => app.open({ page: 'endpoint', id: stage.endpointId })}
            />
          </>,
          stage.deployStatus !== '' && (
            <>
              {trans.__('Gateway')}{' '}
              <StatusChip
                status={stage.deployStatus}
                reason={stage.deployStatusReason || gatewayHelp(stage.deployStatus, trans)}
              />
            </>
          ),
          trans.__('%1 of %2 pods healthy', stage.runningPodCount, stage.podCount)
        ].filter(Boolean)}
        actions={<Actions stage={stage} endpoint={endpoint} />}
      />
      {stage.apigwStageUrl && (
        <div className="em-Address">
          <span className="em-mod-quiet">{trans.__('Stage URL')}</span>
          <CopyText text={addressOf(stage.apigwStageUrl)} />
        </div>
      )}
      <Upgrade stage={stage} />
      {(status === 'CREATE_FAILED' || status === 'DEPLOY_FAILED') && (
        <FailureNotice
          reason={reason || trans.__('A resource of the stage does not serve. See below which.')}
        />
      )}
      {reason && status.endsWith('IN_PROGRESS') && (
        <div className="em-Progress" role="status">
          {reason}
        </div>
      )}
      <Tabs
        label={trans.__('About the stage')}
        tabs={tabsOf(stage, endpoint, trans)}
        active={tab}
        onChange={setTab}
      />
    </>
  );
}

function Actions(props: { stage: IStage; endpoint: IEndpoint | null }): JSX.Element {
  const app = useApp();
  const host = useHost();
  const { trans } = app;
  const { stage, endpoint } = props;
  const going = stage.endpointStageStatusCode === 'DELETE_IN_PROGRESS';
  const remove = async (): Promise<void> => {
    if (await deleteStage(app, stage)) {
      host.close();
    }
  };
  return (
    <>
      <Button
        kind="accept"
        icon={addIcon}
        label={trans.__('Add resource')}
        disabled={going}
        onClick={() => addResource(app, stage)}
      />
      {!stage.isDefaultStage && endpoint && (
        <Button
          icon={swapIcon}
          label={trans.__('Make default')}
          caption={trans.__('Have this stage answer the default address')}
          disabled={stage.endpointStageStatusCode !== 'ACTIVE'}
          onClick={() => changeDefaultStage(app, endpoint, stage)}
        />
      )}
      <Button
        label={trans.__('Scale')}
        caption={trans.__('Change instances and autoscaler')}
        disabled={going}
        onClick={() => scaleStage(app, stage)}
      />
      <Button
        icon={settingsIcon}
        label={trans.__('Gateway settings')}
        onClick={() => showGatewaySettings(app, stage)}
      />
      <Button
        icon={editIcon}
        label={trans.__('Edit')}
        caption={trans.__('Change description and tags')}
        onClick={() => editStage(app, stage)}
      />
      <Button
        icon={deleteIcon}
        label={trans.__('Delete')}
        caption={
          stage.isDefaultStage
            ? trans.__('The default stage cannot be deleted; make another one the default first')
            : undefined
        }
        disabled={stage.isDefaultStage || going}
        onClick={() => void remove()}
      />
    </>
  );
}

function tabsOf(
  stage: IStage,
  endpoint: IEndpoint | null,
  trans: ReturnType<typeof useApp>['trans']
): ITab[] {
  const creating = isBeingCreated(stage)
    ? trans.__('There is nothing to see while the stage is being created')
    : undefined;
  return [
    {
      key: 'resources',
      title: trans.__('Resources'),
      count: stage.endpointModelList.length,
      render: () => <StageResources stage={stage} />
    },
    {
      key: 'try',
      title: trans.__('Try it'),
      disabled: creating,
      render: () => <TryIt stage={stage} useApiKey={endpoint?.useApiKey === true} />
    },
    {
      key: 'statistics',
      title: trans.__('API statistics'),
      disabled: creating,
      render: () => <StageStatistics stage={stage} />
    },
    {
      key: 'monitoring',
      title: trans.__('Monitoring'),
      disabled: creating,
      render: () => <StageMonitoring stage={stage} />
    },
    {
      key: 'log',
      title: trans.__('Log'),
      render: () => <StageLogs stage={stage} />
    },
    {
      key: 'settings',
      title: trans.__('Settings'),
      render: () => <StageSettings stage={stage} />
    }
  ];
}
