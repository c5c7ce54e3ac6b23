/** The project's models. */

import { addIcon, deleteIcon, editIcon } from '@jupyterlab/ui-components';
import React from 'react';

import { createModel, editModel } from '../actions';
import { IApp, useApp } from '../app';
import { Button, IconButton, LinkButton } from '../components/Button';
import { ListPage } from '../components/ListPage';
import type { IColumn } from '../components/Table';
import { Ago } from '../components/Times';
import { deleteModel } from '../deletions';
import { serveModel } from '../endpointActions';
import { endpointIcon, modelIcon } from '../icons';
import type { IModel } from '../types';
import { frameworkOf } from './framework';

export function ModelList(): JSX.Element {
  const app = useApp();
  const { trans, model } = app;
  const newButton = (
    <Button
      kind="accept"
      icon={addIcon}
      label={trans.__('New model')}
      onClick={() => createModel(app)}
    />
  );
  return (
    <ListPage
      title={trans.__('Models')}
      api={model.client.models}
      columns={() => columns(app)}
      idOf={one => one.modelId}
      onOpen={one => app.open({ page: 'model', id: one.modelId })}
      actions={newButton}
      empty={{
        icon: modelIcon,
        title: trans.__('No models yet'),
        text: trans.__(
          'Register the output of a complete training or tuning as a model, or a model that lies in a storage already.'
        ),
        action: newButton
      }}
    />
  );
}

function columns(app: IApp): IColumn<IModel>[] {
  const { trans } = app;
  return [
    {
      key: 'name',
      title: trans.__('Name'),
      sort: 'modelName',
      render: model => (
        <>
          <LinkButton
            label={model.modelName}
            onClick={() => app.open({ page: 'model', id: model.modelId })}
          />
          <div className="em-mod-second">{model.description}</div>
        </>
      )
    },
    {
      key: 'framework',
      title: trans.__('Framework'),
      sort: 'modelFormatCode',
      render: model => frameworkOf(model)
    },
    {
      key: 'source',
      title: trans.__('Source'),
      optional: 2,
      render: ({ training, hyperparameterTuning: tuning }) =>
        tuning ? (
          <LinkButton
            label={tuning.hyperparameterTuningName}
            onClick={() => app.open({ page: 'tuning', id: tuning.hyperparameterTuningId })}
          />
        ) : training ? (
          <LinkButton
            label={training.trainingName}
            onClick={() => app.open({ page: 'training', id: training.trainingId })}
          />
        ) : (
          <span className="em-mod-quiet">{trans.__('Storage')}</span>
        )
    },
    {
      key: 'path',
      title: trans.__('Artifact path'),
      optional: 3,
      render: model => <code title={model.modelUploadUri}>{model.modelUploadUri}</code>
    },
    {
      key: 'created',
      title: trans.__('Created'),
      sort: 'createdDatetime',
      optional: 1,
      render: model => <Ago iso={model.createdDatetime} />
    },
    {
      key: 'actions',
      title: '',
      align: 'end',
      render: model => (
        <span className="em-RowActions">
          <IconButton
            icon={endpointIcon}
            label={trans.__('Create an endpoint for %1', model.modelName)}
            onClick={() => serveModel(app, model)}
          />
          <IconButton
            icon={editIcon}
            label={trans.__('Edit %1', model.modelName)}
            onClick={() => editModel(app, model)}
          />
          <IconButton
            icon={deleteIcon}
            label={trans.__('Delete %1', model.modelName)}
            onClick={() => void deleteModel(app, model)}
          />
        </span>
      )
    }
  ];
}
