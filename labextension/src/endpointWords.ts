/** What endpoints say in codes, as people say it. */

import type { TranslationBundle } from '@jupyterlab/translation';

import type { GatewayStatus, IPod, IStage, IStageResource, ScaleMetric } from './endpointTypes';

/** The address people call, of one the backend tells without its scheme. */
export function addressOf(url: string): string {
  return url === '' || url.includes('://') ? url : `https://${url}`;
}

/** What a gateway's status means and what to do about it. */
export function gatewayHelp(status: GatewayStatus | '', trans: TranslationBundle): string {
  const sentences: Partial<Record<GatewayStatus, string>> = {
    CREATE_IN_PROGRESS: trans.__('The gateway’s resources are being created.'),
    STAGE_DEPLOYING: trans.__('The stage is being deployed to the gateway.'),
    ACTIVE: trans.__('The gateway serves the stage.'),
    NOT_FOUND_STAGE: trans.__(
      'The gateway does not know the stage: its configuration was changed from outside. Deploy the stage again.'
    ),
    NOT_FOUND_STAGE_DEPLOY_RESULT: trans.__(
      'The gateway does not answer what it has deployed. Look whether it runs, or deploy the stage again.'
    ),
    STAGE_DEPLOY_FAIL: trans.__(
      'The stage’s configuration could not be deployed. Deploy the stage again.'
    )
  };
  return status === '' ? '' : (sentences[status] ?? '');
}

/** Whether deploying it by hand may help. */
export function isDeployable(status: GatewayStatus | ''): boolean {
  return (
    status === 'STAGE_DEPLOY_FAIL' ||
    status === 'NOT_FOUND_STAGE' ||
    status === 'NOT_FOUND_STAGE_DEPLOY_RESULT' ||
    status === 'ACTIVE'
  );
}

export function scaleMetricLabel(metric: ScaleMetric, trans: TranslationBundle): string {
  const labels: Record<ScaleMetric, string> = {
    CPU_UTILIZATION: trans.__('CPU use (%)'),
    MEMORY_UTILIZATION: trans.__('Memory use (%)'),
    REQUESTS_IN_FLIGHT: trans.__('Requests in flight')
  };
  return labels[metric] ?? metric;
}

/** By which a resource is spoken of: its path, else its model. */
export function resourceName(resource: IStageResource): string {
  return resource.apigwResourceUri || resource.model.modelName;
}

/** A pod by what tells it from the others of its resource. */
export function podLabel(resource: IStageResource, pod: IPod, trans: TranslationBundle): string {
  const [, own] = pod.podName.split(`${resource.endpointModelId}-`);
  return own ? trans.__('Pod %1', own) : pod.podName;
}

/** Nothing can be seen of it yet. */
export function isBeingCreated(stage: IStage): boolean {
  return (
    stage.endpointStageStatusCode === 'CREATE_REQUESTED' ||
    stage.endpointStageStatusCode === 'CREATE_IN_PROGRESS'
  );
}
