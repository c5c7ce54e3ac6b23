/** One training: what state it is in and why, what it was made of, and what it prints. */

import React from 'react';

import { useApp } from '../app';
import { LinkButton } from '../components/Button';
import { DetailFrame, DetailHeader } from '../components/DetailPage';
import { StatusChip } from '../components/Status';
import { ITab, Tabs } from '../components/Tabs';
import { Ago, Elapsed } from '../components/Times';
import { useOne } from '../hooks';
import { trainingIcon } from '../icons';
import { LogPanel, nodesOf } from '../log/LogPanel';
import { NotebookPanel } from '../notebook/NotebookPanel';
import { hasEnded, hasFailed, isWaiting } from '../status';
import type { ITraining } from '../types';
import { DetailActions } from './TrainingButtons';
import { Failure, Progress } from './TrainingState';
import { TrainingLineage } from './TrainingLineage';
import { TrainingMetrics } from './TrainingMetrics';
import { TrainingMonitoring } from './TrainingMonitoring';
import { Hyperparameters, Settings } from './TrainingSettings';
import { TrialOf } from './TrialOf';

export function TrainingDetail(props: { id: string }): JSX.Element {
  const { model, trans } = useApp();
  const loaded = useOne(model.client.trainings, props.id);
  return (
    <DetailFrame
      icon={trainingIcon}
      loaded={loaded}
      nameOf={training => training.trainingName}
      gone={trans.__('This training no longer exists')}
    >
      {training => <Content training={training} at={loaded.at} />}
    </DetailFrame>
  );
}

function Content(props: { training: ITraining; at: number }): JSX.Element {
  const app = useApp();
  const { trans } = app;
  const { training, at } = props;
  const status = training.trainingStatusCode;
  // Whoever opens a training that runs or failed wants to know what it says.
  const [tab, setTab] = React.useState(!hasEnded(status) || hasFailed(status) ? 'log' : 'settings');

  const facts: React.ReactNode[] = [
    training.hyperparameterTuningId && <TrialOf tuningId={training.hyperparameterTuningId} />,
    <>
      {trans.__('Experiment')}{' '}
      <LinkButton
        label={training.experiment.experimentName}
        onClick={() => app.open({ page: 'experiment', id: training.experiment.experimentId })}
      />
    </>,
    <>
      {trans.__('Elapsed')} <Elapsed of={training} at={at} />
    </>,
    <>
      {trans.__('Created')} <Ago iso={training.createdDatetime} />
      {training.createdBy && ` ${trans.__('by %1', training.createdBy)}`}
    </>
  ];
  return (
    <>
      <DetailHeader
        icon={trainingIcon}
        name={training.trainingName}
        description={training.description}
        status={<StatusChip status={status} reason={training.trainingStatusReason} />}
        facts={facts.filter(Boolean)}
        actions={<DetailActions training={training} />}
      />
      <Progress training={training} />
      <Failure
        training={training}
        onLog={tab === 'log' || tab === 'notebook' ? undefined : () => setTab('log')}
        onCell={
          tab === 'notebook' || typeof training.notebook?.failedCell !== 'number'
            ? undefined
            : () => setTab('notebook')
        }
      />
      <Tabs
        label={trans.__('About the training')}
        tabs={tabsOf(training, trans)}
        active={tab}
        onChange={setTab}
      />
    </>
  );
}

function Log({ training }: { training: ITraining }): JSX.Element {
  const { model, trans } = useApp();
  return (
    <LogPanel
      api={model.client.trainings}
      id={training.trainingId}
      name={training.trainingName}
      parts={nodesOf(training.instanceCount, trans)}
      emptyText={
        hasEnded(training.trainingStatusCode)
          ? trans.__('The training printed nothing.')
          : trans.__('Nothing printed yet. Lines appear here as they are printed.')
      }
    />
  );
}

function tabsOf(training: ITraining, trans: ReturnType<typeof useApp>['trans']): ITab[] {
  const tabs: ITab[] = [
    {
      key: 'settings',
      title: trans.__('Settings'),
      render: () => <Settings training={training} />
    },
    {
      key: 'hyperparameters',
      title: trans.__('Hyperparameters'),
      count: training.hyperparameterList.length,
      render: () => <Hyperparameters training={training} />
    },
    {
      key: 'metrics',
      title: trans.__('Metrics'),
      render: () => <TrainingMetrics training={training} />
    },
    {
      key: 'monitoring',
      title: trans.__('Monitoring'),
      disabled: isWaiting(training.trainingStatusCode)
        ? trans.__('There is nothing to see while it is being created')
        : undefined,
      render: () => <TrainingMonitoring training={training} />
    },
    {
      key: 'lineage',
      title: trans.__('Lineage'),
      render: () => <TrainingLineage training={training} />
    },
    {
      key: 'log',
      title: trans.__('Log'),
      render: () => <Log training={training} />
    }
  ];
  if (training.entryPoint?.endsWith('.ipynb')) {
    tabs.push({
      key: 'notebook',
      title: trans.__('Notebook'),
      render: () => <NotebookPanel training={training} />
    });
  }
  return tabs;
}
