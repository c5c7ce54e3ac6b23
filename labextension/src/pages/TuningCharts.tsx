/** The charts of a tuning: how it got better, what matters, and what works well together. */

import React from 'react';

import { useApp } from '../app';
import { Empty, ErrorNotice, Loading } from '../components/Notice';
import { VegaChart } from '../components/VegaChart';
import { tuningIcon } from '../icons';
import type { IHyperparameterAxis, ITuning, ITuningCharts } from '../tuningTypes';
import { importanceNote } from '../tuningWords';
import {
  historySpec,
  importanceSpec,
  parallelRows,
  parallelSpec,
  sliceRows,
  sliceSpec
} from './trialCharts';
import { TuningCurves } from './TuningCurves';
import { useOfTuning } from './useTrials';

const HEIGHT = 220;
/** The height of a hyperparameter's bar, and of all that is around the bars. */
const BAR = 28;
const AROUND = 60;

export function TuningCharts({ tuning }: { tuning: ITuning }): JSX.Element {
  const { model, trans } = useApp();
  const ask = React.useCallback(
    (id: string, signal: AbortSignal) => model.client.tunings.charts(id, signal),
    [model]
  );
  const loaded = useOfTuning(tuning.hyperparameterTuningId, ask);
  const charts = loaded.value;
  if (!charts) {
    return loaded.error === null ? (
      <Loading />
    ) : (
      <ErrorNotice error={loaded.error} onRetry={loaded.reload} />
    );
  }
  return (
    <div className="em-Charts">
      {loaded.error !== null && <ErrorNotice error={loaded.error} onRetry={loaded.reload} />}
      {charts.trialList.length === 0 ? (
        <div className="em-Charts-item em-mod-whole">
          <Empty icon={tuningIcon} title={trans.__('Nothing to compare yet')}>
            {trans.__('Charts are drawn once a trial has ended with its objective metric.')}
          </Empty>
        </div>
      ) : (
        <Drawn tuning={tuning} charts={charts} />
      )}
      <TuningCurves tuning={tuning} />
    </div>
  );
}

function Drawn(props: { tuning: ITuning; charts: ITuningCharts }): JSX.Element {
  const app = useApp();
  const { trans } = app;
  const { tuning, charts } = props;
  const metric = tuning.objectiveMetricName;
  const pick = React.useCallback(
    (row: Record<string, unknown>) => {
      if (typeof row.trialId === 'string') {
        app.open({ page: 'training', id: row.trialId });
      }
    },
    [app]
  );
  const history = React.useMemo(() => ({ history: charts.historyList }), [charts]);
  const importances = React.useMemo(() => ({ importances: charts.importanceList }), [charts]);
  const points = React.useMemo(() => parallelRows(charts, tuning), [charts, tuning]);
  const specs = React.useMemo(
    () => ({
      history: historySpec(metric, trans),
      importance: importanceSpec(trans),
      parallel: parallelSpec(charts, tuning)
    }),
    // The axes and the objective of a tuning never change.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [tuning.hyperparameterTuningId, trans]
  );
  return (
    <>
      <div className="em-Charts-item">
        <VegaChart
          title={trans.__('History')}
          note={trans.__('A dot is a trial, the line is the best so far.')}
          height={HEIGHT}
          specOf={specs.history}
          rows={history}
          onPick={pick}
        />
      </div>
      <div className="em-Charts-item">
        {charts.importanceList.length > 0 ? (
          <VegaChart
            title={trans.__('Importance')}
            note={trans.__('How much each hyperparameter decides about %1.', metric)}
            height={Math.max(HEIGHT / 2, BAR * charts.axisList.length + AROUND)}
            specOf={specs.importance}
            rows={importances}
          />
        ) : (
          <figure className="em-Chart" aria-label={trans.__('Importance')}>
            <figcaption className="em-Chart-title">{trans.__('Importance')}</figcaption>
            <p className="em-mod-quiet">{importanceNote(charts.importanceNote, trans)}</p>
          </figure>
        )}
      </div>
      <div className="em-Charts-item em-mod-whole">
        <VegaChart
          title={trans.__('Parallel coordinates')}
          note={trans.__('Each line is a trial; a click opens it.')}
          height={HEIGHT * 1.4}
          specOf={specs.parallel}
          rows={points}
          onPick={pick}
        />
      </div>
      {charts.axisList.map((axis, index) => (
        <Slice
          key={axis.hyperparameterName}
          axis={axis}
          index={index}
          metric={metric}
          charts={charts}
          onPick={pick}
        />
      ))}
    </>
  );
}

function Slice(props: {
  axis: IHyperparameterAxis;
  index: number;
  metric: string;
  charts: ITuningCharts;
  onPick(row: Record<string, unknown>): void;
}): JSX.Element {
  const { trans } = useApp();
  const { axis, index, metric, charts } = props;
  const rows = React.useMemo(() => sliceRows(charts.trialList, index), [charts, index]);
  const specOf = React.useMemo(
    () => sliceSpec(axis, metric, trans),
    // An axis never changes.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [axis.hyperparameterName, metric, trans]
  );
  return (
    <div className="em-Charts-item">
      <VegaChart
        title={trans.__('%1 by %2', metric, axis.hyperparameterName)}
        height={HEIGHT}
        specOf={specOf}
        rows={rows}
        onPick={props.onPick}
      />
    </div>
  );
}
