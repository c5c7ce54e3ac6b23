/** What people do to endpoints, stages and stage resources, from wherever they do it. */

import React from 'react';

import { attempt, confirmed } from './confirmation';
import type { IApp } from './app';
import { EditForm } from './components/EditForm';
import { openModal } from './components/modal';
import type { IEndpoint, IStage, IStageResource } from './endpointTypes';
import { resourceName } from './endpointWords';
import { StageResourceForm } from './form';
import { DefaultStageForm } from './pages/DefaultStageForm';
import { GatewaySettings } from './pages/GatewaySettings';
import { StageScaleForm } from './pages/StageScaleForm';
import type { IModel } from './types';

/** Open the form of a new endpoint that serves this model. */
export function serveModel(app: IApp, model: IModel): void {
  app.open({
    page: 'new-endpoint',
    initialEndpoint: { endpointModelResourceList: [resourceOf(model.modelId)] }
  });
}

function resourceOf(modelId: string): { modelId: string; apigwResourceUri: string } {
  return { modelId, apigwResourceUri: '/inference' };
}

export function newStage(app: IApp, endpoint: IEndpoint): void {
  app.open({ page: 'new-endpoint', initialEndpoint: { endpointId: endpoint.endpointId } });
}

/** The name is part of the address and stays. */
export function editEndpoint(app: IApp, endpoint: IEndpoint): void {
  openModal(app, app.trans.__('Edit endpoint'), close => (
    <EditForm
      initial={{
        name: endpoint.endpointName,
        description: endpoint.description,
        tagList: endpoint.tagList
      }}
      nameField="endpointName"
      fixedName
      close={close}
      save={({ description, tagList }) =>
        app.model.client.endpoints.update(endpoint.endpointId, { description, tagList })
      }
    />
  ));
}

export function editStage(app: IApp, stage: IStage): void {
  openModal(app, app.trans.__('Edit stage'), close => (
    <EditForm
      initial={{
        name: stage.endpointStageName,
        description: stage.description,
        tagList: stage.tagList
      }}
      nameField="apigwStageName"
      fixedName
      close={close}
      save={({ description, tagList }) =>
        app.model.client.stages.update(stage.endpointStageId, { description, tagList })
      }
    />
  ));
}

export function scaleStage(app: IApp, stage: IStage): void {
  openModal(app, app.trans.__('Instances and autoscaler'), close => (
    <StageScaleForm stage={stage} close={close} />
  ));
}

export function changeDefaultStage(app: IApp, endpoint: IEndpoint, stage?: IStage): void {
  openModal(app, app.trans.__('Change default stage'), close => (
    <DefaultStageForm endpoint={endpoint} first={stage} close={close} />
  ));
}

export function showGatewaySettings(app: IApp, stage: IStage): void {
  openModal(
    app,
    app.trans.__('Gateway settings of %1', stage.endpointStageName),
    close => <GatewaySettings stage={stage} close={close} />,
    'em-mod-wide'
  );
}

export async function deployStage(app: IApp, stage: IStage): Promise<boolean> {
  return attempt(app, app.trans.__('The stage could not be deployed'), () =>
    app.model.client.stages.deploy(stage.endpointStageId)
  );
}

export function addResource(app: IApp, stage: IStage): void {
  openModal(app, app.trans.__('Add stage resource'), close => (
    <StageResourceForm
      model={app.model}
      trans={app.trans}
      stage={stage}
      onCancel={close}
      onCreated={close}
    />
  ));
}

export async function deleteResource(
  app: IApp,
  stage: IStage,
  resource: IStageResource
): Promise<boolean> {
  const { trans } = app;
  const sure = await confirmed(
    app,
    trans.__('Delete “%1”?', resourceName(resource)),
    stage.isDefaultStage
      ? trans.__(
          'Its pods finish what they are at and end. Calls to %1 are refused from then on, also at the endpoint’s default address. This cannot be undone.',
          resourceName(resource)
        )
      : trans.__(
          'Its pods finish what they are at and end. Calls to %1 are refused from then on. This cannot be undone.',
          resourceName(resource)
        ),
    trans.__('Delete')
  );
  return (
    sure &&
    attempt(app, trans.__('The stage resource could not be deleted'), () =>
      app.model.client.stageResources.delete(resource.endpointModelId)
    )
  );
}
