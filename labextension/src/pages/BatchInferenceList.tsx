/** The project's batch inferences: how far each is, and how its rows were answered. */

import React from 'react';

import { IApp, useApp } from '../app';
import type { IBatchInference } from '../batchInferenceTypes';
import { LinkButton } from '../components/Button';
import { ListPage } from '../components/ListPage';
import { StatusChip } from '../components/Status';
import type { IColumn } from '../components/Table';
import { Elapsed } from '../components/Times';
import { integer } from '../format';
import { batchInferenceIcon } from '../icons';
import { hasFailed } from '../status';
import { RowActions } from './BatchInferenceActions';
import { statusFilter } from './statusFilter';

export function BatchInferenceList(): JSX.Element {
  const app = useApp();
  const { trans, model } = app;
  return (
    <ListPage
      title={trans.__('Batch inferences')}
      api={model.client.batchInferences}
      columns={at => columns(app, at)}
      idOf={batch => batch.batchInferenceId}
      page="batch-inference"
      nameOf={batch => batch.batchInferenceName}
      nameField="batchInferenceName"
      second={batch =>
        hasFailed(batch.batchInferenceStatusCode)
          ? batch.batchInferenceStatusReason
          : batch.description || batch.inputDataUri
      }
      filter={statusFilter(trans, 'batchInferenceStatusCodeList')}
      create={{
        label: trans.__('New batch inference'),
        onClick: () => app.open({ page: 'new-batch-inference' })
      }}
      createdOptional={3}
      rowActions={batch => <RowActions batch={batch} />}
      empty={{
        icon: batchInferenceIcon,
        title: trans.__('No batch inferences yet'),
        text: trans.__(
          'A batch inference has a model score all rows of the files below a path. Choose a model, where the files lie, and where the results go.'
        )
      }}
    />
  );
}

function columns(app: IApp, at: number): IColumn<IBatchInference>[] {
  const { trans, locale } = app;
  return [
    {
      key: 'status',
      title: trans.__('Status'),
      sort: 'batchInferenceStatusCode',
      render: batch => (
        <StatusChip
          status={batch.batchInferenceStatusCode}
          reason={batch.batchInferenceStatusReason}
        />
      )
    },
    {
      key: 'model',
      title: trans.__('Model'),
      optional: 2,
      render: batch => (
        <LinkButton
          label={batch.model.modelName}
          onClick={() => app.open({ page: 'model', id: batch.model.modelId })}
        />
      )
    },
    {
      key: 'elapsed',
      title: trans.__('Elapsed'),
      sort: 'elapsedTimeSeconds',
      align: 'end',
      optional: 1,
      render: batch => <Elapsed of={batch} at={at} />
    },
    {
      key: 'rows',
      title: trans.__('Rows'),
      align: 'end',
      optional: 1,
      render: batch =>
        batch.inputDataCount > batch.processCount
          ? trans.__(
              '%1 of %2',
              integer(batch.processCount, locale),
              integer(batch.inputDataCount, locale)
            )
          : integer(batch.processCount, locale)
    },
    {
      key: 'good',
      title: '2xx',
      align: 'end',
      optional: 2,
      render: batch => integer(batch.success2xxCount, locale)
    },
    {
      key: 'refused',
      title: '4xx',
      align: 'end',
      optional: 2,
      render: batch => integer(batch.fail4xxCount, locale)
    },
    {
      key: 'failed',
      title: '5xx',
      align: 'end',
      optional: 2,
      render: batch => integer(batch.fail5xxCount, locale)
    }
  ];
}
