/** What people do to resources, from wherever they do it: asked once more where it cannot be undone. */

import React from 'react';

import type { IApp } from './app';
import { EditForm } from './components/EditForm';
import { openModal } from './components/modal';
import { attempt, confirmed } from './confirmation';
import { ExperimentForm, ModelForm } from './form';
import type { IExperiment, IModel, IModelCreate, ITraining } from './types';

export async function stopTraining(app: IApp, training: ITraining): Promise<boolean> {
  const { trans } = app;
  const sure = await confirmed(
    app,
    trans.__('Stop “%1”?', training.trainingName),
    trans.__(
      'Everything the training runs is ended. This cannot be undone: a stopped training cannot be continued, but it can be copied.'
    ),
    trans.__('Stop')
  );
  return (
    sure &&
    attempt(app, trans.__('The training could not be stopped'), () =>
      app.model.client.trainings.stop(training.trainingId)
    )
  );
}

export async function retryExperiment(app: IApp, experiment: IExperiment): Promise<boolean> {
  return attempt(app, app.trans.__('The experiment could not be created again'), () =>
    app.model.client.experiments.retry(experiment.experimentId)
  );
}

/** Open the form of a new training with the settings of this one. */
export async function copyTraining(app: IApp, training: ITraining): Promise<boolean> {
  return attempt(app, app.trans.__('The training could not be copied'), async () => {
    const initial = await app.model.client.trainings.copy(training.trainingId);
    app.open({ page: 'new-training', initial });
  });
}

export function createExperiment(app: IApp): void {
  openModal(app, app.trans.__('New experiment'), close => (
    <ExperimentForm
      model={app.model}
      trans={app.trans}
      onCancel={close}
      onCreated={experiment => {
        close();
        app.open({ page: 'experiment', id: experiment.experimentId });
      }}
    />
  ));
}

export function createModel(app: IApp, initial: Partial<IModelCreate> = {}): void {
  openModal(app, app.trans.__('New model'), close => (
    <ModelForm
      model={app.model}
      trans={app.trans}
      initial={initial}
      onCancel={close}
      onCreated={model => {
        close();
        app.open({ page: 'model', id: model.modelId });
      }}
    />
  ));
}

export function createModelFrom(app: IApp, training: ITraining): void {
  createModel(app, { trainingId: training.trainingId, modelName: training.trainingName });
}

export function editTraining(app: IApp, training: ITraining): void {
  openModal(app, app.trans.__('Edit training'), close => (
    <EditForm
      initial={{
        name: training.trainingName,
        description: training.description,
        tagList: training.tagList
      }}
      nameField="trainingName"
      close={close}
      save={({ name, description, tagList }) =>
        app.model.client.trainings.update(training.trainingId, {
          trainingName: name,
          description,
          tagList
        })
      }
    />
  ));
}

export function editExperiment(app: IApp, experiment: IExperiment): void {
  openModal(app, app.trans.__('Edit experiment'), close => (
    <EditForm
      initial={{
        name: experiment.experimentName,
        description: experiment.description,
        tagList: experiment.tagList
      }}
      nameField="experimentName"
      close={close}
      save={({ name, description, tagList }) =>
        app.model.client.experiments.update(experiment.experimentId, {
          experimentName: name,
          description,
          tagList
        })
      }
    />
  ));
}

export function editModel(app: IApp, model: IModel): void {
  openModal(app, app.trans.__('Edit model'), close => (
    <EditForm
      initial={{
        name: model.modelName,
        description: model.description,
        tagList: model.tagList
      }}
      nameField="modelName"
      close={close}
      save={({ name, description, tagList }) =>
        app.model.client.models.update(model.modelId, { modelName: name, description, tagList })
      }
    />
  ));
}
