/** The project's endpoints: their addresses, and whether these are answered. */

import { addIcon, deleteIcon, editIcon } from '@jupyterlab/ui-components';
import React from 'react';

import { IApp, useApp } from '../app';
import { Button, IconButton, LinkButton } from '../components/Button';
import { CopyText } from '../components/Fields';
import { ListPage } from '../components/ListPage';
import { StatusChip } from '../components/Status';
import type { IColumn } from '../components/Table';
import { Ago } from '../components/Times';
import { deleteEndpoint } from '../deletions';
import { editEndpoint, newStage } from '../endpointActions';
import type { IEndpoint } from '../endpointTypes';
import { addressOf, gatewayHelp } from '../endpointWords';
import { integer } from '../format';
import { endpointIcon } from '../icons';

export function EndpointList(): JSX.Element {
  const app = useApp();
  const { trans, model } = app;
  const newButton = (
    <Button
      kind="accept"
      icon={addIcon}
      label={trans.__('New endpoint')}
      onClick={() => app.open({ page: 'new-endpoint' })}
    />
  );
  return (
    <ListPage
      title={trans.__('Endpoints')}
      api={model.client.endpoints}
      columns={() => columns(app)}
      idOf={endpoint => endpoint.endpointId}
      onOpen={endpoint => app.open({ page: 'endpoint', id: endpoint.endpointId })}
      actions={newButton}
      empty={{
        icon: endpointIcon,
        title: trans.__('No endpoints yet'),
        text: trans.__(
          'An endpoint serves models over HTTP at an address that stays. Create one here, or on the page of a model.'
        ),
        action: newButton
      }}
    />
  );
}

function columns(app: IApp): IColumn<IEndpoint>[] {
  const { trans, locale } = app;
  return [
    {
      key: 'name',
      title: trans.__('Name'),
      sort: 'endpointName',
      render: endpoint => (
        <>
          <LinkButton
            label={endpoint.endpointName}
            onClick={() => app.open({ page: 'endpoint', id: endpoint.endpointId })}
          />
          <div className="em-mod-second">
            {endpoint.endpointStatusReason || endpoint.description}
          </div>
        </>
      )
    },
    {
      key: 'status',
      title: trans.__('Status'),
      sort: 'endpointStatusCode',
      render: endpoint => (
        <StatusChip status={endpoint.endpointStatusCode} reason={endpoint.endpointStatusReason} />
      )
    },
    {
      key: 'gateway',
      title: trans.__('Gateway'),
      optional: 1,
      render: endpoint => (
        <StatusChip
          status={endpoint.apigwStatusCode}
          reason={gatewayHelp(endpoint.apigwStatusCode, trans)}
        />
      )
    },
    {
      key: 'address',
      title: trans.__('Default stage URL'),
      optional: 2,
      render: endpoint =>
        endpoint.defaultStageUrl ? (
          <CopyText text={addressOf(endpoint.defaultStageUrl)} />
        ) : (
          <span className="em-mod-quiet">–</span>
        )
    },
    {
      key: 'stages',
      title: trans.__('Stages'),
      align: 'end',
      optional: 2,
      render: endpoint => integer(endpoint.endpointStageList.length, locale)
    },
    {
      key: 'created',
      title: trans.__('Created'),
      sort: 'createdDatetime',
      optional: 3,
      render: endpoint => <Ago iso={endpoint.createdDatetime} />
    },
    {
      key: 'actions',
      title: '',
      align: 'end',
      render: endpoint => <Actions endpoint={endpoint} />
    }
  ];
}

function Actions({ endpoint }: { endpoint: IEndpoint }): JSX.Element {
  const app = useApp();
  const { trans } = app;
  const name = endpoint.endpointName;
  return (
    <span className="em-RowActions">
      <IconButton
        icon={addIcon}
        label={trans.__('New stage of %1', name)}
        onClick={() => newStage(app, endpoint)}
      />
      <IconButton
        icon={editIcon}
        label={trans.__('Edit %1', name)}
        onClick={() => editEndpoint(app, endpoint)}
      />
      <IconButton
        icon={deleteIcon}
        label={trans.__('Delete %1', name)}
        disabled={endpoint.endpointStatusCode === 'DELETE_IN_PROGRESS'}
        onClick={() => void deleteEndpoint(app, endpoint)}
      />
    </span>
  );
}
