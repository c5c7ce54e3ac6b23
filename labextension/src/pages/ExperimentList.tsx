/** The project's experiments. */

import { addIcon, deleteIcon, editIcon, redoIcon } from '@jupyterlab/ui-components';
import React from 'react';

import { createExperiment, editExperiment, retryExperiment } from '../actions';
import { IApp, useApp } from '../app';
import { Button, IconButton, LinkButton } from '../components/Button';
import { ListPage } from '../components/ListPage';
import { StatusChip } from '../components/Status';
import type { IColumn } from '../components/Table';
import { Ago } from '../components/Times';
import { deleteExperiment } from '../deletions';
import { integer } from '../format';
import { experimentIcon } from '../icons';
import type { IExperiment } from '../types';

export function ExperimentList(): JSX.Element {
  const app = useApp();
  const { trans, model } = app;
  const newButton = (
    <Button
      kind="accept"
      icon={addIcon}
      label={trans.__('New experiment')}
      onClick={() => createExperiment(app)}
    />
  );
  return (
    <ListPage
      title={trans.__('Experiments')}
      api={model.client.experiments}
      columns={() => columns(app)}
      idOf={experiment => experiment.experimentId}
      onOpen={experiment => app.open({ page: 'experiment', id: experiment.experimentId })}
      actions={newButton}
      empty={{
        icon: experimentIcon,
        title: trans.__('No experiments yet'),
        text: trans.__(
          'An experiment groups trainings that belong together. Create one here, or on the spot with a training.'
        ),
        action: newButton
      }}
    />
  );
}

function columns(app: IApp): IColumn<IExperiment>[] {
  const { trans, locale } = app;
  return [
    {
      key: 'name',
      title: trans.__('Name'),
      sort: 'experimentName',
      render: experiment => (
        <>
          <LinkButton
            label={experiment.experimentName}
            onClick={() => app.open({ page: 'experiment', id: experiment.experimentId })}
          />
          <div className="em-mod-second">{experiment.description}</div>
        </>
      )
    },
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
    },
    {
      key: 'created',
      title: trans.__('Created'),
      sort: 'createdDatetime',
      optional: 1,
      render: experiment => <Ago iso={experiment.createdDatetime} />
    },
    {
      key: 'actions',
      title: '',
      align: 'end',
      render: experiment => <Actions experiment={experiment} />
    }
  ];
}

function Actions(props: { experiment: IExperiment }): JSX.Element {
  const app = useApp();
  const { trans } = app;
  const { experiment } = props;
  const name = experiment.experimentName;
  return (
    <span className="em-RowActions">
      {experiment.experimentStatusCode === 'CREATE_FAILED' && (
        <IconButton
          icon={redoIcon}
          label={trans.__('Try to create %1 again', name)}
          onClick={() => void retryExperiment(app, experiment)}
        />
      )}
      <IconButton
        icon={editIcon}
        label={trans.__('Edit %1', name)}
        onClick={() => editExperiment(app, experiment)}
      />
      <IconButton
        icon={deleteIcon}
        label={trans.__('Delete %1', name)}
        onClick={() => void deleteExperiment(app, experiment)}
      />
    </span>
  );
}
