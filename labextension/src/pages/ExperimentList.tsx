/** The project's experiments. */

import { redoIcon } from '@jupyterlab/ui-components';
import React from 'react';

import { createExperiment, editExperiment, retryExperiment } from '../actions';
import { IApp, useApp } from '../app';
import { IconButton } from '../components/Button';
import { ListPage } from '../components/ListPage';
import { RowButtons } from '../components/RowButtons';
import { StatusChip } from '../components/Status';
import type { IColumn } from '../components/Table';
import { deleteExperiment } from '../deletions';
import { integer } from '../format';
import { experimentIcon } from '../icons';
import type { IExperiment } from '../types';

export function ExperimentList(): JSX.Element {
  const app = useApp();
  const { trans, model } = app;
  return (
    <ListPage
      title={trans.__('Experiments')}
      api={model.client.experiments}
      columns={() => columns(app)}
      idOf={experiment => experiment.experimentId}
      page="experiment"
      nameOf={experiment => experiment.experimentName}
      nameField="experimentName"
      second={experiment => experiment.description}
      create={{ label: trans.__('New experiment'), onClick: () => createExperiment(app) }}
      createdOptional={1}
      rowActions={experiment => <Actions experiment={experiment} />}
      empty={{
        icon: experimentIcon,
        title: trans.__('No experiments yet'),
        text: trans.__(
          'An experiment groups trainings that belong together. Create one here, or on the spot with a training.'
        )
      }}
    />
  );
}

function columns(app: IApp): IColumn<IExperiment>[] {
  const { trans, locale } = app;
  return [
    {
      key: 'status',
      title: trans.__('Status'),
      sort: 'experimentStatusCode',
      render: experiment => (
        <StatusChip
          status={experiment.experimentStatusCode}
          reason={experiment.experimentStatusReason}
        />
      )
    },
    {
      key: 'trainings',
      title: trans.__('Trainings'),
      align: 'end',
      render: experiment => integer(experiment.trainingCount, locale)
    }
  ];
}

function Actions(props: { experiment: IExperiment }): JSX.Element {
  const app = useApp();
  const { trans } = app;
  const { experiment } = props;
  const name = experiment.experimentName;
  return (
    <RowButtons
      name={name}
      onEdit={() => editExperiment(app, experiment)}
      onDelete={() => deleteExperiment(app, experiment)}
    >
      {experiment.experimentStatusCode === 'CREATE_FAILED' && (
        <IconButton
          icon={redoIcon}
          label={trans.__('Try to create %1 again', name)}
          onClick={() => void retryExperiment(app, experiment)}
        />
      )}
    </RowButtons>
  );
}
