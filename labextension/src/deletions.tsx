/** Deleting: asked once more, and where something is in the way, what it is and the way to it. */

import { Dialog } from '@jupyterlab/apputils';
import { ReactWidget } from '@jupyterlab/ui-components';
import React from 'react';

import { attempt, confirmed } from './confirmation';
import type { IApp, IPageAddress } from './app';
import { LinkButton } from './components/Button';
import type { IBatchInference } from './batchInferenceTypes';
import type { IEndpoint, IStage } from './endpointTypes';
import { STATUS_GROUPS } from './status';
import type { ITrainingTemplate } from './templateTypes';
import type { ITuning } from './tuningTypes';
import type { IExperiment, IModel, ITraining } from './types';

/** So many of what is in the way are named. */
const NAMED = 10;

interface IObstacle {
  name: string;
  address: IPageAddress;
}

/** What is in the way: the first few, and how many there are. */
interface IObstacles {
  named: IObstacle[];
  total: number;
}

interface IDeletion {
  name: string;
  /** What is lost and what is not. */
  warning: string;
  /** Said when it cannot be done. */
  failure: string;
  /** What has to be deleted first, and the sentence for it. */
  obstacles?(): Promise<IObstacles>;
  hindrance?: string;
  remove(): Promise<void>;
}

async function deleted(app: IApp, deletion: IDeletion): Promise<boolean> {
  const { trans } = app;
  const title = trans.__('Delete “%1”?', deletion.name);
  if (!(await confirmed(app, title, deletion.warning, trans.__('Delete')))) {
    return false;
  }
  let obstacles: IObstacles = { named: [], total: 0 };
  const asked = await attempt(app, deletion.failure, async () => {
    obstacles = (await deletion.obstacles?.()) ?? obstacles;
  });
  if (!asked) {
    return false;
  }
  if (obstacles.total > 0) {
    await showObstacles(app, deletion, obstacles);
    return false;
  }
  return attempt(app, deletion.failure, deletion.remove);
}

async function showObstacles(app: IApp, deletion: IDeletion, obstacles: IObstacles): Promise<void> {
  const more = obstacles.total - Math.min(NAMED, obstacles.named.length);
  const body = ReactWidget.create(
    <div className="em-Obstacles">
      <p>{deletion.hindrance}</p>
      <ul>
        {obstacles.named.slice(0, NAMED).map(({ name, address }) => (
          <li key={address.id}>
            <LinkButton
              label={name}
              onClick={() => {
                dialog.reject();
                app.open(address);
              }}
            />
          </li>
        ))}
        {more > 0 && <li className="em-mod-quiet">{app.trans.__('and %1 more', more)}</li>}
      </ul>
    </div>
  );
  const dialog = new Dialog({
    title: deletion.failure,
    body,
    buttons: [Dialog.okButton({ label: app.trans.__('Close') })]
  });
  await dialog.launch();
}

export function deleteTraining(app: IApp, training: ITraining): Promise<boolean> {
  const { trans, model } = app;
  return deleted(app, {
    name: training.trainingName,
    warning: trans.__(
      'The training and its log are deleted. This cannot be undone. Its outputs stay in their storage.'
    ),
    failure: trans.__('The training could not be deleted'),
    hindrance: trans.__('Delete the models made from it first:'),
    obstacles: async () =>
      modelsInTheWay((await model.client.trainings.get(training.trainingId)).modelList),
    remove: () => model.client.trainings.delete(training.trainingId)
  });
}

export function deleteTuning(app: IApp, tuning: ITuning): Promise<boolean> {
  const { trans, model } = app;
  const id = tuning.hyperparameterTuningId;
  return deleted(app, {
    name: tuning.hyperparameterTuningName,
    warning: trans.__(
      'The tuning, its trials and their logs are deleted. This cannot be undone. Their outputs stay in their storage.'
    ),
    failure: trans.__('The tuning could not be deleted'),
    hindrance: trans.__('Delete the models made from it first:'),
    obstacles: async () => modelsInTheWay((await model.client.tunings.get(id)).modelList),
    remove: () => model.client.tunings.delete(id)
  });
}

function modelsInTheWay(models: ITraining['modelList']): IObstacles {
  return {
    named: models.map(each => ({
      name: each.modelName,
      address: { page: 'model', id: each.modelId }
    })),
    total: models.length
  };
}

export function deleteExperiment(app: IApp, experiment: IExperiment): Promise<boolean> {
  const { trans, model } = app;
  return deleted(app, {
    name: experiment.experimentName,
    warning: trans.__('The experiment is deleted. This cannot be undone.'),
    failure: trans.__('The experiment could not be deleted'),
    hindrance: trans.__('Delete the trainings and tunings that belong to it first:'),
    obstacles: async () => {
      const query = { experimentIdList: [experiment.experimentId], limit: NAMED };
      const [trainings, tunings] = await Promise.all([
        model.client.trainings.list(query),
        model.client.tunings.list(query)
      ]);
      const named = [
        ...trainings.items.map((each): IObstacle => ({
          name: each.trainingName,
          address: { page: 'training', id: each.trainingId }
        })),
        ...tunings.items.map((each): IObstacle => ({
          name: each.hyperparameterTuningName,
          address: { page: 'tuning', id: each.hyperparameterTuningId }
        }))
      ];
      return { named, total: trainings.total + tunings.total };
    },
    remove: () => model.client.experiments.delete(experiment.experimentId)
  });
}

export function deleteModel(app: IApp, model: IModel): Promise<boolean> {
  const { trans } = app;
  return deleted(app, {
    name: model.modelName,
    warning: trans.__(
      'The model is deleted from the registry. This cannot be undone. Its files stay in their storage.'
    ),
    failure: trans.__('The model could not be deleted'),
    hindrance: trans.__(
      'Delete the stages that serve it and stop the batch inferences that need it first:'
    ),
    obstacles: async () => usingObstacles(app, model.modelId),
    remove: () => app.model.client.models.delete(model.modelId)
  });
}

export function deleteTemplate(app: IApp, template: ITrainingTemplate): Promise<boolean> {
  const { trans } = app;
  return deleted(app, {
    name: template.trainingTemplateName,
    warning: trans.__(
      'The template is deleted. This cannot be undone. Trainings made with it stay as they are.'
    ),
    failure: trans.__('The template could not be deleted'),
    remove: () => app.model.client.templates.delete(template.trainingTemplateId)
  });
}

/** The stages that serve a model, and the batch inferences that need it until they end. */
async function usingObstacles(app: IApp, modelId: string): Promise<IObstacles> {
  const { trans, model } = app;
  const [endpoints, batches] = await Promise.all([
    model.client.endpoints.list({ limit: 1000 }),
    model.client.batchInferences.list({
      modelIdList: [modelId],
      batchInferenceStatusCodeList: STATUS_GROUPS.active,
      limit: NAMED
    })
  ]);
  const stages = endpoints.items.flatMap(endpoint =>
    endpoint.endpointStageList
      .filter(stage => stage.endpointModelList.some(each => each.modelId === modelId))
      .map((stage): IObstacle => ({
        name: trans.__('Stage %1 / %2', endpoint.endpointName, stage.endpointStageName),
        address: { page: 'endpoint-stage', id: stage.endpointStageId }
      }))
  );
  const running = batches.items.map((each): IObstacle => ({
    name: trans.__('Batch inference %1', each.batchInferenceName),
    address: { page: 'batch-inference', id: each.batchInferenceId }
  }));
  return { named: [...running, ...stages], total: stages.length + batches.total };
}

export function deleteEndpoint(app: IApp, endpoint: IEndpoint): Promise<boolean> {
  const { trans, model } = app;
  return deleted(app, {
    name: endpoint.endpointName,
    warning: trans.__(
      'The endpoint, its default stage and what that serves are deleted, and its address answers no more. This cannot be undone.'
    ),
    failure: trans.__('The endpoint could not be deleted'),
    hindrance: trans.__('Delete its other stages first:'),
    obstacles: async () => {
      const { endpointStageList } = await model.client.endpoints.get(endpoint.endpointId);
      const named = endpointStageList
        .filter(stage => !stage.isDefaultStage)
        .map((stage): IObstacle => ({
          name: stage.endpointStageName,
          address: { page: 'endpoint-stage', id: stage.endpointStageId }
        }));
      return { named, total: named.length };
    },
    remove: () => model.client.endpoints.delete(endpoint.endpointId)
  });
}

export function deleteStage(app: IApp, stage: IStage): Promise<boolean> {
  const { trans, model } = app;
  return deleted(app, {
    name: stage.endpointStageName,
    warning: trans.__(
      'The stage and its resources are deleted, and its address answers no more. This cannot be undone.'
    ),
    failure: trans.__('The stage could not be deleted'),
    remove: () => model.client.stages.delete(stage.endpointStageId)
  });
}

export function deleteBatchInference(app: IApp, batch: IBatchInference): Promise<boolean> {
  const { trans, model } = app;
  return deleted(app, {
    name: batch.batchInferenceName,
    warning: trans.__(
      'The batch inference and its log are deleted. This cannot be undone. Its results stay in their storage.'
    ),
    failure: trans.__('The batch inference could not be deleted'),
    remove: () => model.client.batchInferences.delete(batch.batchInferenceId)
  });
}
