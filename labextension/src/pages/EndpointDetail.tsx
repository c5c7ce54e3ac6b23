/** One endpoint: its address, its stages, how calls are shared between them, and who may call. */

import { addIcon, deleteIcon, editIcon } from '@jupyterlab/ui-components';
import React from 'react';

import { useApp, useHost } from '../app';
import { Button } from '../components/Button';
import { DetailFrame, DetailHeader } from '../components/DetailPage';
import { CopyText, Field, Group, TagList } from '../components/Fields';
import { FailureNotice } from '../components/Notice';
import { StatusChip } from '../components/Status';
import { ITab, Tabs } from '../components/Tabs';
import { Ago } from '../components/Times';
import { deleteEndpoint } from '../deletions';
import { changeDefaultStage, editEndpoint, newStage } from '../endpointActions';
import type { IEndpoint } from '../endpointTypes';
import { addressOf, gatewayHelp } from '../endpointWords';
import { dateTime } from '../format';
import { useOne } from '../hooks';
import { endpointIcon, swapIcon } from '../icons';
import { ApiKeys } from './ApiKeys';
import { EndpointStages } from './EndpointStages';
import { TrafficSplit } from './TrafficSplit';

export function EndpointDetail(props: { id: string }): JSX.Element {
  const { model, trans } = useApp();
  const loaded = useOne(model.client.endpoints, props.id);
  return (
    <DetailFrame
      icon={endpointIcon}
      loaded={loaded}
      nameOf={endpoint => endpoint.endpointName}
      gone={trans.__('This endpoint no longer exists')}
    >
      {endpoint => <Content endpoint={endpoint} />}
    </DetailFrame>
  );
}

function Content({ endpoint }: { endpoint: IEndpoint }): JSX.Element {
  const { trans } = useApp();
  const [tab, setTab] = React.useState('stages');
  const status = endpoint.endpointStatusCode;
  const failed = status === 'CREATE_FAILED' || status === 'UPDATE_FAILED';
  return (
    <>
      <DetailHeader
        icon={endpointIcon}
        name={endpoint.endpointName}
        description={endpoint.description}
        status={<StatusChip status={status} reason={endpoint.endpointStatusReason} />}
        facts={[
          <>
            {trans.__('Gateway')}{' '}
            <StatusChip
              status={endpoint.apigwStatusCode}
              reason={gatewayHelp(endpoint.apigwStatusCode, trans)}
            />
          </>,
          <>
            {trans.__('Created')} <Ago iso={endpoint.createdDatetime} />
            {endpoint.createdBy && ` ${trans.__('by %1', endpoint.createdBy)}`}
          </>
        ]}
        actions={<Actions endpoint={endpoint} />}
      />
      {endpoint.defaultStageUrl && (
        <div className="em-Address">
          <span className="em-mod-quiet">{trans.__('Default stage URL')}</span>
          <CopyText text={addressOf(endpoint.defaultStageUrl)} />
        </div>
      )}
      {failed && (
        <FailureNotice
          reason={
            endpoint.endpointStatusReason ||
            trans.__('A stage of the endpoint does not serve. See the stages below.')
          }
        />
      )}
      <Tabs
        label={trans.__('About the endpoint')}
        tabs={tabsOf(endpoint, trans)}
        active={tab}
        onChange={setTab}
      />
    </>
  );
}

function Actions({ endpoint }: { endpoint: IEndpoint }): JSX.Element {
  const app = useApp();
  const host = useHost();
  const { trans } = app;
  const going = endpoint.endpointStatusCode === 'DELETE_IN_PROGRESS';
  const alone = endpoint.endpointStageList.length < 2;
  const remove = async (): Promise<void> => {
    if (await deleteEndpoint(app, endpoint)) {
      host.close();
    }
  };
  return (
    <>
      <Button
        kind="accept"
        icon={addIcon}
        label={trans.__('New stage')}
        disabled={going}
        onClick={() => newStage(app, endpoint)}
      />
      <Button
        icon={swapIcon}
        label={trans.__('Change default stage')}
        caption={
          alone
            ? trans.__('Create another stage first')
            : trans.__('Have another stage answer the default address')
        }
        disabled={going || alone}
        onClick={() => changeDefaultStage(app, endpoint)}
      />
      <Button
        icon={editIcon}
        label={trans.__('Edit')}
        caption={trans.__('Change description and tags')}
        onClick={() => editEndpoint(app, endpoint)}
      />
      <Button
        icon={deleteIcon}
        label={trans.__('Delete')}
        disabled={going}
        onClick={() => void remove()}
      />
    </>
  );
}

function tabsOf(endpoint: IEndpoint, trans: ReturnType<typeof useApp>['trans']): ITab[] {
  return [
    {
      key: 'stages',
      title: trans.__('Stages'),
      count: endpoint.endpointStageList.length,
      render: () => <EndpointStages endpoint={endpoint} />
    },
    {
      key: 'traffic',
      title: trans.__('Traffic'),
      render: () => <TrafficSplit endpoint={endpoint} />
    },
    {
      key: 'keys',
      title: trans.__('API keys'),
      render: () => <ApiKeys endpoint={endpoint} />
    },
    {
      key: 'settings',
      title: trans.__('Settings'),
      render: () => <Settings endpoint={endpoint} />
    }
  ];
}

function Settings({ endpoint }: { endpoint: IEndpoint }): JSX.Element {
  const { trans, locale } = useApp();
  return (
    <div className="em-Groups">
      <Group title={trans.__('About')}>
        <Field name={trans.__('API key')}>
          {endpoint.useApiKey ? trans.__('Required') : trans.__('Not required')}
        </Field>
        <Field name={trans.__('Created')}>{dateTime(endpoint.createdDatetime, locale)}</Field>
        <Field name={trans.__('Tags')}>
          {endpoint.tagList.length > 0 && <TagList tags={endpoint.tagList} />}
        </Field>
        <Field name={trans.__('ID')}>
          <CopyText text={endpoint.endpointId} />
        </Field>
      </Group>
    </div>
  );
}
