/** One batch inference: how far it is, how the rows were answered, what it was made of, and what it prints. */

import React from 'react';

import { useApp } from '../app';
import type { IBatchInference } from '../batchInferenceTypes';
import { LinkButton } from '../components/Button';
import { DetailFrame, DetailHeader } from '../components/DetailPage';
import { Monitoring } from '../components/Monitoring';
import { StatusChip } from '../components/Status';
import { ITab, Tabs } from '../components/Tabs';
import { Ago, Elapsed } from '../components/Times';
import { useLoaded, useOne } from '../hooks';
import { batchInferenceIcon } from '../icons';
import { ILogPart, LogPanel } from '../log/LogPanel';
import { IChange, touches } from '../model';
import { hasEnded, hasFailed, isWaiting } from '../status';
import { useWatched } from '../useWatched';
import { DetailActions } from './BatchInferenceActions';
import { BatchInferenceSettings } from './BatchInferenceSettings';
import { Failure, RowCounts } from './BatchInferenceState';

export function BatchInferenceDetail(props: { id: string }): JSX.Element {
  const { model, trans } = useApp();
  const loaded = useOne(model.client.batchInferences, props.id);
  return (
    <DetailFrame
      icon={batchInferenceIcon}
      loaded={loaded}
      nameOf={batch => batch.batchInferenceName}
      gone={trans.__('This batch inference no longer exists')}
    >
      {batch => <Content batch={batch} at={loaded.at} />}
    </DetailFrame>
  );
}

function Content(props: { batch: IBatchInference; at: number }): JSX.Element {
  const app = useApp();
  const { trans } = app;
  const { batch, at } = props;
  const status = batch.batchInferenceStatusCode;
  // Whoever opens one that failed wants to know what it says.
  const [tab, setTab] = React.useState(hasFailed(status) ? 'log' : 'settings');
  return (
    <>
      <DetailHeader
        icon={batchInferenceIcon}
        name={batch.batchInferenceName}
        description={batch.description}
        status={<StatusChip status={status} reason={batch.batchInferenceStatusReason} />}
        facts={[
          <>
            {trans.__('Model')}{' '}
            <LinkButton
              label={batch.model.modelName}
              onClick={() => app.open({ page: 'model', id: batch.model.modelId })}
            />
          </>,
          <>
            {trans.__('Elapsed')} <Elapsed of={batch} at={at} />
          </>,
          <>
            {trans.__('Created')} <Ago iso={batch.createdDatetime} />
            {batch.createdBy && ` ${trans.__('by %1', batch.createdBy)}`}
          </>
        ]}
        actions={<DetailActions batch={batch} />}
      />
      <Failure batch={batch} onLog={tab === 'log' ? undefined : () => setTab('log')} />
      <RowCounts batch={batch} />
      <Tabs
        label={trans.__('About the batch inference')}
        tabs={tabsOf(batch, trans)}
        active={tab}
        onChange={setTab}
      />
    </>
  );
}

function tabsOf(batch: IBatchInference, trans: ReturnType<typeof useApp>['trans']): ITab[] {
  const creating = isWaiting(batch.batchInferenceStatusCode)
    ? trans.__('There is nothing to see while it is being created')
    : undefined;
  return [
    {
      key: 'settings',
      title: trans.__('Settings'),
      render: () => <BatchInferenceSettings batch={batch} />
    },
    {
      key: 'monitoring',
      title: trans.__('Monitoring'),
      disabled: creating,
      render: () => <BatchMonitoring batch={batch} />
    },
    { key: 'log', title: trans.__('Log'), render: () => <Log batch={batch} /> }
  ];
}

function BatchMonitoring({ batch }: { batch: IBatchInference }): JSX.Element {
  const { model } = useApp();
  const id = batch.batchInferenceId;
  const ask = React.useCallback(
    (signal: AbortSignal) => model.client.batchInferences.monitoring(id, signal),
    [model, id]
  );
  const relevant = React.useCallback(
    (change: IChange) => touches(change, 'batchInference', id),
    [id]
  );
  const loaded = useLoaded(ask, relevant);
  const ended = hasEnded(batch.batchInferenceStatusCode);
  useWatched(ended ? [] : [`BATCH_INFERENCE_MONITORING/${id}`], loaded.reload);
  return <Monitoring loaded={loaded} icon={batchInferenceIcon} />;
}

function Log({ batch }: { batch: IBatchInference }): JSX.Element {
  const { model, trans } = useApp();
  return (
    <LogPanel
      api={model.client.batchInferences}
      id={batch.batchInferenceId}
      name={batch.batchInferenceName}
      parts={podParts(batch, trans)}
      emptyText={
        hasEnded(batch.batchInferenceStatusCode)
          ? trans.__('The batch inference printed nothing.')
          : trans.__('Nothing printed yet. Lines appear here as they are printed.')
      }
    />
  );
}

function podParts(batch: IBatchInference, trans: ReturnType<typeof useApp>['trans']): ILogPart[] {
  return Array.from({ length: Math.max(1, batch.podCount) }, (_, node) => ({
    title: trans.__('Pod %1', node),
    part: { node }
  }));
}
