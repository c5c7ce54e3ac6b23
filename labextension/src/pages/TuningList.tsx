/** The project's hyperparameter tunings, or those of one experiment. */

import { addIcon } from '@jupyterlab/ui-components';
import React from 'react';

import { IApp, useApp } from '../app';
import { Button, LinkButton } from '../components/Button';
import { ListPage } from '../components/ListPage';
import { StatusChip } from '../components/Status';
import type { IColumn } from '../components/Table';
import { Ago, Elapsed } from '../components/Times';
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
  const newButton = (
    <Button
      kind="accept"
      icon={addIcon}
      label={trans.__('New tuning')}
      onClick={() =>
        app.open({
          page: 'new-tuning',
          initialTuning: experiment && { experimentId: experiment.experimentId }
        })
      }
    />
  );
  return (
    <ListPage
      title={trans.__('Hyperparameter tunings')}
      api={model.client.tunings}
      columns={at => columns(app, at, !experiment)}
      idOf={tuning => tuning.hyperparameterTuningId}
      onOpen={tuning => app.open({ page: 'tuning', id: tuning.hyperparameterTuningId })}
      fixed={experiment && { experimentIdList: [experiment.experimentId] }}
      filter={statusFilter(trans, 'hyperparameterTuningStatusCodeList')}
      actions={newButton}
      empty={{
        icon: tuningIcon,
        title: trans.__('No hyperparameter tunings yet'),
        text: trans.__(
          'A tuning runs a training many times with different hyperparameters and finds the best. Name the ranges to search and the metric to optimize.'
        ),
        action: newButton
      }}
    />
  );
}

function columns(app: IApp, at: number, withExperiment: boolean): IColumn<ITuning>[] {
  const { trans, locale } = app;
  const all: (IColumn<ITuning> | false)[] = [
    {
      key: 'name',
      title: trans.__('Name'),
      sort: 'hyperparameterTuningName',
      render: tuning => (
        <>
          <LinkButton
            label={tuning.hyperparameterTuningName}
            onClick={() => app.open({ page: 'tuning', id: tuning.hyperparameterTuningId })}
          />
          <div className="em-mod-second" title={secondLine(app, tuning)}>
            {secondLine(app, tuning)}
          </div>
        </>
      )
    },
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
    },
    {
      key: 'created',
      title: trans.__('Created'),
      sort: 'createdDatetime',
      optional: 3,
      render: tuning => <Ago iso={tuning.createdDatetime} />
    },
    {
      key: 'actions',
      title: '',
      align: 'end',
      render: tuning => <TuningActions tuning={tuning} />
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
