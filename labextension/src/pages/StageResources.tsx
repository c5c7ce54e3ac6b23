/** What a stage serves: each model with its path and its pods. */

import { addIcon, deleteIcon } from '@jupyterlab/ui-components';
import React from 'react';

import { useApp } from '../app';
import { Button, IconButton, LinkButton } from '../components/Button';
import { CopyText } from '../components/Fields';
import { Empty } from '../components/Notice';
import { StatusChip } from '../components/Status';
import { addResource, deleteResource } from '../endpointActions';
import type { IStage, IStageResource } from '../endpointTypes';
import { addressOf, podLabel, resourceName, scaleMetricLabel } from '../endpointWords';
import { integer } from '../format';
import { modelIcon } from '../icons';
import { PodCount } from './PodCount';

export function StageResources({ stage }: { stage: IStage }): JSX.Element {
  const app = useApp();
  const { trans } = app;
  if (stage.endpointModelList.length === 0) {
    return (
      <Empty
        icon={modelIcon}
        title={trans.__('No resources')}
        action={
          <Button
            kind="accept"
            icon={addIcon}
            label={trans.__('Add resource')}
            onClick={() => addResource(app, stage)}
          />
        }
      >
        {trans.__('Add a model with a path to have calls answered.')}
      </Empty>
    );
  }
  return (
    <ul className="em-Stages">
      {stage.endpointModelList.map(resource => (
        <Resource key={resource.endpointModelId} stage={stage} resource={resource} />
      ))}
    </ul>
  );
}

function Resource(props: { stage: IStage; resource: IStageResource }): JSX.Element {
  const app = useApp();
  const { trans, locale } = app;
  const { stage, resource } = props;
  const status = resource.endpointModelStatusCode;
  const pod = resource.resourceOptionDetail;
  const facts = [
    trans.__('%1 CPU, %2 a pod', pod.cpu, pod.memory),
    pod.gpu && pod.gpu !== '0' && trans.__('%1 GPU', pod.gpu),
    resource.podAutoScaleEnable &&
      resource.scaleMetricCode &&
      trans.__(
        'scaled by %1: %2',
        scaleMetricLabel(resource.scaleMetricCode, trans),
        String(resource.scaleMetricTarget)
      )
  ].filter(Boolean);
  return (
    <li className="em-Stage" data-id={resource.endpointModelId}>
      <div className="em-Stage-head">
        <code className="em-Stage-path">{resourceName(resource)}</code>
        <LinkButton
          label={resource.model.modelName}
          onClick={() => app.open({ page: 'model', id: resource.modelId })}
        />
        <StatusChip status={status} reason={resource.endpointModelStatusReason} />
        <span className="em-Stage-actions">
          <PodCount resource={resource} />
          <IconButton
            icon={deleteIcon}
            label={trans.__('Delete %1', resourceName(resource))}
            disabled={status === 'DELETE_IN_PROGRESS'}
            onClick={() => void deleteResource(app, stage, resource)}
          />
        </span>
      </div>
      {resource.endpointModelStatusReason && (
        <p className={`em-Stage-reason${status === 'CREATE_FAILED' ? ' em-mod-bad' : ''}`}>
          {resource.endpointModelStatusReason}
        </p>
      )}
      {resource.description && <p className="em-Stage-about">{resource.description}</p>}
      {resource.apigwEndpointUri && (
        <div className="em-Stage-address">
          <CopyText text={addressOf(resource.apigwEndpointUri)} />
        </div>
      )}
      <div className="em-Stage-facts">
        {trans.__(
          '%1 of %2 pods healthy',
          integer(resource.runningPodCount, locale),
          integer(resource.podCount, locale)
        )}
        {' · '}
        {facts.join(' · ')}
      </div>
      <Pods resource={resource} />
    </li>
  );
}

function Pods({ resource }: { resource: IStageResource }): JSX.Element | null {
  const { trans } = useApp();
  const pods = resource.podList;
  if (pods.length === 0) {
    return null;
  }
  return (
    <ul className="em-Pods" aria-label={trans.__('Pods')}>
      {pods.map(pod => (
        <li key={pod.podName} className="em-Pod">
          <span title={pod.podName}>{podLabel(resource, pod, trans)}</span>
          <StatusChip status={pod.podStatusCode} reason={pod.reason} />
          {pod.restartCount > 0 && (
            <span className="em-mod-quiet">
              {trans._n('restarted %1 time', 'restarted %1 times', pod.restartCount)}
            </span>
          )}
          {pod.reason && <span className="em-Pod-reason">{pod.reason}</span>}
        </li>
      ))}
    </ul>
  );
}
