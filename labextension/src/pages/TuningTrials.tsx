/** The trials of a tuning as a table: what each tried and what came of it, the best first. */

import React from 'react';

import { IApp, useApp } from '../app';
import { LinkButton } from '../components/Button';
import { Empty, ErrorNotice, Loading } from '../components/Notice';
import { Pager } from '../components/Pager';
import { StatusChip } from '../components/Status';
import { IColumn, Table } from '../components/Table';
import { Elapsed } from '../components/Times';
import { number } from '../format';
import { tuningIcon } from '../icons';
import type { ITrial, ITuning } from '../tuningTypes';
import { chosenText } from '../tuningWords';
import { useTrials } from './useTrials';

const LIMIT = 50;

export function TuningTrials({ tuning }: { tuning: ITuning }): JSX.Element {
  const app = useApp();
  const { trans } = app;
  const [sort, setSort] = React.useState(
    tuning.objectiveTypeCode === 'MAXIMIZE' ? '-objectiveValue' : 'objectiveValue'
  );
  const [page, setPage] = React.useState(1);
  const loaded = useTrials(tuning.hyperparameterTuningId, { page, limit: LIMIT, sort });
  React.useEffect(() => setPage(1), [sort]);
  const trials = loaded.value;
  if (!trials) {
    return loaded.error === null ? (
      <Loading />
    ) : (
      <ErrorNotice error={loaded.error} onRetry={loaded.reload} />
    );
  }
  if (trials.total === 0) {
    return (
      <Empty icon={tuningIcon} title={trans.__('No trials yet')}>
        {trans.__('They appear here as they start.')}
      </Empty>
    );
  }
  return (
    <>
      {loaded.error !== null && <ErrorNotice error={loaded.error} onRetry={loaded.reload} />}
      <Table
        label={trans.__('Trials')}
        columns={columns(app, tuning, loaded.at)}
        items={trials.items}
        idOf={trial => trial.trialId}
        sort={sort}
        onSort={setSort}
        onOpen={trial => app.open({ page: 'training', id: trial.trialId })}
      />
      <Pager page={page} limit={LIMIT} total={trials.total} onPage={setPage} />
    </>
  );
}

function columns(app: IApp, tuning: ITuning, at: number): IColumn<ITrial>[] {
  const { trans, locale } = app;
  return [
    {
      key: 'trial',
      title: trans.__('Trial'),
      sort: 'trialNumber',
      render: trial => (
        <>
          <LinkButton
            label={trial.trialName}
            onClick={() => app.open({ page: 'training', id: trial.trialId })}
          />
          {trial.isOptimal && <span className="em-Best">{trans.__('Best')}</span>}
        </>
      )
    },
    {
      key: 'status',
      title: trans.__('Status'),
      sort: 'trialStatusCode',
      render: trial => (
        <StatusChip status={trial.trialStatusCode} reason={trial.trialStatusReason} />
      )
    },
    {
      key: 'objective',
      title: tuning.objectiveMetricName,
      sort: 'objectiveValue',
      align: 'end',
      render: trial =>
        trial.objectiveValue === null ? (
          <span className="em-mod-quiet">–</span>
        ) : (
          <span title={String(trial.objectiveValue)}>{number(trial.objectiveValue, locale)}</span>
        )
    },
    ...tuning.hyperparameterSpecList.map(({ hyperparameterName: name }): IColumn<ITrial> => ({
      key: `hyperparameter-${name}`,
      title: name,
      align: 'end',
      render: trial => {
        const value = trial.hyperparameterList.find(each => each.parameterName === name);
        return (
          value && <code title={value.parameterValue}>{chosenText(value.parameterValue)}</code>
        );
      }
    })),
    {
      key: 'elapsed',
      title: trans.__('Elapsed'),
      sort: 'elapsedTimeSeconds',
      align: 'end',
      optional: 2,
      render: trial => <Elapsed of={trial} at={at} />
    }
  ];
}
