/** The project's endpoints: their addresses, and whether these are answered. */

import { addIcon } from '@jupyterlab/ui-components';
import React from 'react';

import { IApp, useApp } from '../app';
import { IconButton } from '../components/Button';
import { CopyText } from '../components/Fields';
import { ListPage } from '../components/ListPage';
import { RowButtons } from '../components/RowButtons';
import { StatusChip } from '../components/Status';
import type { IColumn } from '../components/Table';
import { deleteEndpoint } from '../deletions';
import { editEndpoint, newStage } from '../endpointActions';
import type { IEndpoint } from '../endpointTypes';
import { addressOf, gatewayHelp } from '../endpointWords';
import { integer } from '../format';
import { endpointIcon } from '../icons';

export function EndpointList(): JSX.Element {
  const app = useApp();
  const { trans, model } = app;
  return (
    <ListPage
      title={trans.__('Endpoints')}
      api={model.client.endpoints}
      columns={() => columns(app)}
      idOf={endpoint => endpoint.endpointId}
      page="endpoint"
      nameOf={endpoint => endpoint.endpointName}
      nameField="endpointName"
      second={endpoint => endpoint.endpointStatusReason || endpoint.description}
      create={{
        label: trans.__('New endpoint'),
        onClick: () => app.open({ page: 'new-endpoint' })
      }}
      createdOptional={3}
      rowActions={endpoint => <Actions endpoint={endpoint} />}
      empty={{
        icon: endpointIcon,
        title: trans.__('No endpoints yet'),
        text: trans.__(
          'An endpoint serves models over HTTP at an address that stays. Create one here, or on the page of a model.'
        )
      }}
    />
  );
}

function columns(app: IApp): IColumn<IEndpoint>[] {
  const { trans, locale } = app;
  return [
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
    }
  ];
}

function Actions({ endpoint }: { endpoint: IEndpoint }): JSX.Element {
  const app = useApp();
  const { trans } = app;
  const name = endpoint.endpointName;
  return (
    <RowButtons
      name={name}
      going={endpoint.endpointStatusCode === 'DELETE_IN_PROGRESS'}
      onEdit={() => editEndpoint(app, endpoint)}
      onDelete={() => deleteEndpoint(app, endpoint)}
    >
      <IconButton
        icon={addIcon}
        label={trans.__('New stage of %1', name)}
        onClick={() => newStage(app, endpoint)}
      />
    </RowButtons>
  );
}
