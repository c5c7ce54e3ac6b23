/** The project's hyperparameter tunings, or those of one experiment. */

import React from 'react';

import { IApp, useApp } from '../app';
import { LinkButton } from '../components/Button';
import { ListPage } from '../components/ListPage';
import { StatusChip } from '../components/Status';
import type { IColumn } from '../components/Table';
import { Elapsed } from '../components/Times';
import { integer, number } from '../format';
import { tuningIcon } from '../icons';
import { hasFailed } from '../status';
import type { ITuning } from '../tuningTypes';
import { directionLabel, reasonOf, strategyLabel } from '../tuningWords';
import type { IExperiment } from '../types';
import { statusFilter } from './statusFilter';
import { TuningActions } from './TuningActions';

export function TuningList(props: { experiment?: IExperiment }): JSX.Element {
  const app = useApp();
  const { trans, model } = app;
  const { experiment } = props;
  return (
    <ListPage
      title={trans.__('Hyperparameter tunings')}
      api={model.client.tunings}
      columns={at => columns(app, at, !experiment)}
      idOf={tuning => tuning.hyperparameterTuningId}
      page="tuning"
      nameOf={tuning => tuning.hyperparameterTuningName}
      nameField="hyperparameterTuningName"
      second={tuning => secondLine(app, tuning)}
      fixed={experiment && { experimentIdList: [experiment.experimentId] }}
      filter={statusFilter(trans, 'hyperparameterTuningStatusCodeList')}
      create={{
        label: trans.__('New tuning'),
        onClick: () =>
          app.open({
            page: 'new-tuning',
            initialTuning: experiment && { experimentId: experiment.experimentId }
          })
      }}
      createdOptional={3}
      rowActions={tuning => <TuningActions tuning={tuning} />}
      empty={{
        icon: tuningIcon,
        title: trans.__('No hyperparameter tunings yet'),
        text: trans.__(
          'A tuning runs a training many times with different hyperparameters and finds the best. Name the ranges to search and the metric to optimize.'
        )
      }}
    />
  );
}

function columns(app: IApp, at: number, withExperiment: boolean): IColumn<ITuning>[] {
  const { trans, locale } = app;
  const all: (IColumn<ITuning> | false)[] = [
    {
      key: 'status',
      title: trans.__('Status'),
      sort: 'hyperparameterTuningStatusCode',
      render: tuning => (
        <StatusChip
          status={tuning.hyperparameterTuningStatusCode}
          reason={reasonOf(tuning, trans)}
        />
      )
    },
    withExperiment && {
      key: 'experiment',
      title: trans.__('Experiment'),
      optional: 2,
      render: tuning => (
        <LinkButton
          label={tuning.experiment.experimentName}
          onClick={() => app.open({ page: 'experiment', id: tuning.experiment.experimentId })}
        />
      )
    },
    {
      key: 'elapsed',
      title: trans.__('Elapsed'),
      sort: 'elapsedTimeSeconds',
      align: 'end',
      optional: 1,
      render: tuning => <Elapsed of={tuning} at={at} />
    },
    {
      key: 'succeeded',
      title: trans.__('Succeeded'),
      align: 'end',
      optional: 1,
      render: tuning => integer(tuning.successfulTrialCount, locale)
    },
    {
      key: 'running',
      title: trans.__('Running'),
      align: 'end',
      optional: 2,
      render: tuning => integer(tuning.runningTrialCount, locale)
    },
    {
      key: 'failed',
      title: trans.__('Failed'),
      align: 'end',
      optional: 2,
      render: tuning => integer(tuning.failedTrialCount, locale)
    },
    {
      key: 'best',
      title: trans.__('Best trial'),
      align: 'end',
      render: tuning => <Best tuning={tuning} />
    }
  ];
  return all.filter((column): column is IColumn<ITuning> => column !== false);
}

/** Its objective, and the way to it. */
function Best({ tuning }: { tuning: ITuning }): JSX.Element {
  const app = useApp();
  const best = tuning.optimalTrial;
  if (best === null || best.objectiveValue === null) {
    return <span className="em-mod-quiet">–</span>;
  }
  return (
    <>
      <span title={String(best.objectiveValue)}>{number(best.objectiveValue, app.locale)}</span>
      <div className="em-mod-second">
        <LinkButton
          label={best.trialName}
          onClick={() => app.open({ page: 'training', id: best.trialId })}
        />
      </div>
    </>
  );
}

/** What is sought and how; where it failed or ended, why. */
function secondLine({ trans }: IApp, tuning: ITuning): string {
  if (hasFailed(tuning.hyperparameterTuningStatusCode)) {
    return reasonOf(tuning, trans);
  }
  return [
    `${directionLabel(tuning.objectiveTypeCode, trans)} ${tuning.objectiveMetricName}`,
    strategyLabel(tuning.tuningStrategyName, trans)
  ].join(' · ');
}
