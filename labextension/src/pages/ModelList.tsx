/** The project's models. */

import React from 'react';

import { createModel, editModel } from '../actions';
import { IApp, useApp } from '../app';
import { IconButton, LinkButton } from '../components/Button';
import { ListPage } from '../components/ListPage';
import { RowButtons } from '../components/RowButtons';
import type { IColumn } from '../components/Table';
import { deleteModel } from '../deletions';
import { serveModel } from '../endpointActions';
import { endpointIcon, modelIcon } from '../icons';
import type { IModel } from '../types';
import { frameworkOf } from './framework';

export function ModelList(): JSX.Element {
  const app = useApp();
  const { trans, model } = app;
  return (
    <ListPage
      title={trans.__('Models')}
      api={model.client.models}
      columns={() => columns(app)}
      idOf={one => one.modelId}
      page="model"
      nameOf={one => one.modelName}
      nameField="modelName"
      second={one => one.description}
      create={{ label: trans.__('New model'), onClick: () => createModel(app) }}
      createdOptional={1}
      rowActions={model => (
        <RowButtons
          name={model.modelName}
          onEdit={() => editModel(app, model)}
          onDelete={() => deleteModel(app, model)}
        >
          <IconButton
            icon={endpointIcon}
            label={trans.__('Create an endpoint for %1', model.modelName)}
            onClick={() => serveModel(app, model)}
          />
        </RowButtons>
      )}
      empty={{
        icon: modelIcon,
        title: trans.__('No models yet'),
        text: trans.__(
          'Register the output of a complete training or tuning as a model, or a model that lies in a storage already.'
        )
      }}
    />
  );
}

function columns(app: IApp): IColumn<IModel>[] {
  const { trans } = app;
  return [
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
    }
  ];
}
