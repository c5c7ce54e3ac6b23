/** What was made last, of each kind. */

import React from 'react';

import { IPageAddress, PageName, useApp } from '../app';
import { NotebookDot } from '../components/NotebookStatus';
import type { ResourceApi } from '../resourceApi';
import { StatusDot } from '../components/Status';
import { Ago, Elapsed } from '../components/Times';
import { integer, number } from '../format';
import { useList } from '../hooks';
import { frameworkName } from '../pages/framework';
import { hasEnded } from '../status';
import type { IListQuery } from '../types';

/** Entries shown before one has to open the list. */
const SHOWN = 7;

interface IEntry {
  id: string;
  name: string;
  before?: React.ReactNode;
  after?: React.ReactNode;
}

function Recent<T, C, U>(props: {
  api: ResourceApi<T, C, U>;
  page: PageName;
  all: PageName;
  /** Asked in addition. */
  fixed?: IListQuery;
  entryOf(item: T, at: number): IEntry;
}): JSX.Element | null {
  const { trans } = useApp();
  const { value, at } = useList(props.api, {
    ...props.fixed,
    page: 1,
    limit: SHOWN,
    sort: '-createdDatetime'
  });
  if (!value) {
    return null;
  }
  return (
    <>
      {value.items.map(item => {
        const entry = props.entryOf(item, at);
        return (
          <Item key={entry.id} address={{ page: props.page, id: entry.id }} name={entry.name}>
            <span className="em-Tree-before">{entry.before}</span>
            <span className="em-Tree-name">{entry.name}</span>
            <span className="em-Tree-after">{entry.after}</span>
          </Item>
        );
      })}
      {value.total > value.items.length && (
        <Item address={{ page: props.all }} name={trans.__('Show all')}>
          <span className="em-Tree-before" />
          <span className="em-Tree-name em-mod-quiet">{trans.__('Show all')}</span>
        </Item>
      )}
    </>
  );
}

function Item(props: {
  address: IPageAddress;
  name: string;
  children: React.ReactNode;
}): JSX.Element {
  const app = useApp();
  return (
    <div
      className="em-Tree-item"
      role="treeitem"
      aria-level={2}
      aria-label={props.name}
      tabIndex={-1}
      title={props.name}
      data-id={props.address.id}
      onClick={() => app.open(props.address)}
    >
      {props.children}
    </div>
  );
}

export function RecentExperiments(): JSX.Element {
  const { model, locale } = useApp();
  return (
    <Recent
      api={model.client.experiments}
      page="experiment"
      all="experiments"
      entryOf={experiment => ({
        id: experiment.experimentId,
        name: experiment.experimentName,
        before: <StatusDot status={experiment.experimentStatusCode} />,
        after: experiment.trainingCount > 0 && integer(experiment.trainingCount, locale)
      })}
    />
  );
}

export function RecentTrainings(): JSX.Element {
  const { model } = useApp();
  return (
    <Recent
      api={model.client.trainings}
      page="training"
      all="trainings"
      entryOf={(training, at) => ({
        id: training.trainingId,
        name: training.trainingName,
        before: <StatusDot status={training.trainingStatusCode} />,
        after:
          training.startedDatetime && !hasEnded(training.trainingStatusCode) ? (
            <Elapsed of={training} at={at} />
          ) : (
            <Ago iso={training.createdDatetime} />
          )
      })}
    />
  );
}

export function RecentTunings(): JSX.Element {
  const { model, locale } = useApp();
  return (
    <Recent
      api={model.client.tunings}
      page="tuning"
      all="tunings"
      entryOf={(tuning, at) => ({
        id: tuning.hyperparameterTuningId,
        name: tuning.hyperparameterTuningName,
        before: <StatusDot status={tuning.hyperparameterTuningStatusCode} />,
        after: !hasEnded(tuning.hyperparameterTuningStatusCode) ? (
          <Elapsed of={tuning} at={at} />
        ) : typeof tuning.optimalTrial?.objectiveValue === 'number' ? (
          number(tuning.optimalTrial.objectiveValue, locale)
        ) : (
          <Ago iso={tuning.createdDatetime} />
        )
      })}
    />
  );
}

export function RecentTemplates(): JSX.Element {
  const { model } = useApp();
  return (
    <Recent
      api={model.client.templates}
      page="template"
      all="templates"
      entryOf={template => ({
        id: template.trainingTemplateId,
        name: template.trainingTemplateName,
        before: <StatusDot status="ACTIVE" />,
        after: <Ago iso={template.createdDatetime} />
      })}
    />
  );
}

export function RecentModels(): JSX.Element {
  const { model } = useApp();
  return (
    <Recent
      api={model.client.models}
      page="model"
      all="models"
      entryOf={one => ({
        id: one.modelId,
        name: one.modelName,
        before: <StatusDot status="ACTIVE" />,
        after: frameworkName(one.frameworkCode)
      })}
    />
  );
}

export function RecentEndpoints(): JSX.Element {
  const { model, locale } = useApp();
  return (
    <Recent
      api={model.client.endpoints}
      page="endpoint"
      all="endpoints"
      entryOf={endpoint => ({
        id: endpoint.endpointId,
        name: endpoint.endpointName,
        before: <StatusDot status={endpoint.endpointStatusCode} />,
        after:
          endpoint.endpointStageList.length > 1 &&
          integer(endpoint.endpointStageList.length, locale)
      })}
    />
  );
}

export function RecentBatchInferences(): JSX.Element {
  const { model } = useApp();
  return (
    <Recent
      api={model.client.batchInferences}
      page="batch-inference"
      all="batch-inferences"
      entryOf={(batch, at) => ({
        id: batch.batchInferenceId,
        name: batch.batchInferenceName,
        before: <StatusDot status={batch.batchInferenceStatusCode} />,
        after:
          batch.startedDatetime && !hasEnded(batch.batchInferenceStatusCode) ? (
            <Elapsed of={batch} at={at} />
          ) : (
            <Ago iso={batch.createdDatetime} />
          )
      })}
    />
  );
}

export function RecentNotebooks(): JSX.Element {
  const { model } = useApp();
  return (
    <Recent
      api={model.client.notebooks}
      page="notebook"
      all="notebooks"
      entryOf={notebook => ({
        id: notebook.notebookId,
        name: notebook.notebookName,
        before: <NotebookDot notebook={notebook} />,
        after: notebook.owner
      })}
    />
  );
}

const PRIVATE = { imageTypeCodeList: ['PRIVATE'] };

export function RecentPrivateImages(): JSX.Element {
  const { model } = useApp();
  return (
    <Recent
      api={model.client.privateImages}
      page="private-image"
      all="private-images"
      fixed={PRIVATE}
      entryOf={image => ({
        id: image.imageId,
        name: image.imageName,
        before: <StatusDot status="ACTIVE" />,
        after: <Ago iso={image.createdDatetime} />
      })}
    />
  );
}

export function RecentRegistryAccounts(): JSX.Element {
  const { model } = useApp();
  return (
    <Recent
      api={model.client.registryAccounts}
      page="registry-account"
      all="registry-accounts"
      entryOf={account => ({
        id: account.registryAccountId,
        name: account.registryAccountName,
        before: <StatusDot status="ACTIVE" />,
        after: account.loginId
      })}
    />
  );
}
