/** The project's trainings, or those of one experiment. */

import React from 'react';

import { IApp, useApp } from '../app';
import { Button, LinkButton } from '../components/Button';
import { ListPage } from '../components/ListPage';
import { StatusChip } from '../components/Status';
import type { IColumn } from '../components/Table';
import { Elapsed } from '../components/Times';
import { trainingIcon } from '../icons';
import { hasFailed, isWaiting } from '../status';
import type { IExperiment, ITraining } from '../types';
import { statusFilter } from './statusFilter';
import { TrainingActions } from './TrainingActions';

/** So many can be compared. */
const MOST = 5;

export function TrainingList(props: { experiment?: IExperiment }): JSX.Element {
  const app = useApp();
  const { trans, model } = app;
  const { experiment } = props;
  const create = (): void =>
    app.open({
      page: 'new-training',
      initial: experiment && { experimentId: experiment.experimentId }
    });
  const [chosen, setChosen] = React.useState<ReadonlySet<string>>(new Set());
  const toggle = ({ trainingId }: ITraining): void => {
    const next = new Set(chosen);
    if (!next.delete(trainingId)) {
      next.add(trainingId);
    }
    setChosen(next);
  };
  return (
    <ListPage
      title={trans.__('Trainings')}
      api={model.client.trainings}
      columns={at => columns(app, at, !experiment)}
      idOf={training => training.trainingId}
      page="training"
      nameOf={training => training.trainingName}
      nameField="trainingName"
      second={secondLine}
      fixed={experiment && { experimentIdList: [experiment.experimentId] }}
      filter={statusFilter(trans, 'trainingStatusCodeList')}
      selection={{
        chosen,
        toggle,
        labelOf: training => trans.__('Choose %1', training.trainingName)
      }}
      actions={
        <>
          <CompareButton chosen={[...chosen]} onDone={() => setChosen(new Set())} />
        </>
      }
      create={{ label: trans.__('New training'), onClick: create }}
      createdOptional={1}
      rowActions={training => <TrainingActions training={training} />}
      empty={{
        icon: trainingIcon,
        title: trans.__('No trainings yet'),
        text: trans.__(
          'Create one here, or right-click a script or notebook in the file browser and choose “Run as training”.'
        )
      }}
    />
  );
}

/** There only when something is chosen; what is chosen may lie on several pages of the list. */
function CompareButton(props: { chosen: string[]; onDone(): void }): JSX.Element | null {
  const app = useApp();
  const { trans } = app;
  const count = props.chosen.length;
  if (count === 0) {
    return null;
  }
  return (
    <>
      <Button label={trans.__('Clear choice')} onClick={props.onDone} />
      <Button
        label={trans.__('Compare (%1)', count)}
        disabled={count < 2 || count > MOST}
        caption={
          count < 2 || count > MOST ? trans.__('Choose two to %1 trainings', MOST) : undefined
        }
        onClick={() => app.open({ page: 'comparison', ids: props.chosen })}
      />
    </>
  );
}

function columns(app: IApp, at: number, withExperiment: boolean): IColumn<ITraining>[] {
  const { trans } = app;
  const all: (IColumn<ITraining> | false)[] = [
    {
      key: 'status',
      title: trans.__('Status'),
      sort: 'trainingStatusCode',
      render: training => (
        <StatusChip status={training.trainingStatusCode} reason={training.trainingStatusReason} />
      )
    },
    withExperiment && {
      key: 'experiment',
      title: trans.__('Experiment'),
      optional: 2,
      render: training => (
        <LinkButton
          label={training.experiment.experimentName}
          onClick={() => app.open({ page: 'experiment', id: training.experiment.experimentId })}
        />
      )
    },
    {
      key: 'flavor',
      title: trans.__('Instance type'),
      optional: 3,
      render: training =>
        training.instanceCount > 1
          ? `${training.instanceCount} × ${training.flavor.name}`
          : training.flavor.name
    },
    {
      key: 'elapsed',
      title: trans.__('Elapsed'),
      sort: 'elapsedTimeSeconds',
      align: 'end',
      render: training => <Elapsed of={training} at={at} />
    }
  ];
  return all.filter((column): column is IColumn<ITraining> => column !== false);
}

/** What it runs; where it failed or waits, why. */
function secondLine(training: ITraining): string {
  const status = training.trainingStatusCode;
  const reason = training.trainingStatusReason;
  if (reason && (hasFailed(status) || isWaiting(status))) {
    return reason;
  }
  return training.algorithm ? training.algorithm.algorithmName : (training.entryPoint ?? '');
}
