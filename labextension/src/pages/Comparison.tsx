/** Trainings side by side: what was set differently, and what came of it. */

import React from 'react';

import { useApp, useHost } from '../app';
import { LinkButton } from '../components/Button';
import { Chart } from '../components/Chart';
import { COLOURS } from '../components/chartOptions';
import { Empty, ErrorNotice, Loading } from '../components/Notice';
import { StatusChip } from '../components/Status';
import { number } from '../format';
import { ILoaded, useLoaded } from '../hooks';
import { trainingIcon } from '../icons';
import { IChange, touches } from '../model';
import { hasEnded } from '../status';
import type { IComparedMetric, IComparedValue, IComparison } from '../trackingTypes';
import type { ITraining } from '../types';
import { useWatched } from '../useWatched';

export function Comparison({ ids }: { ids: string[] }): JSX.Element {
  const { trans } = useApp();
  const { setTitle } = useHost();
  const loaded = useComparison(ids);
  const [onlyDifferent, setOnlyDifferent] = React.useState(false);
  const comparison = loaded.value;
  const names = comparison?.trainingList.map(training => training.trainingName).join(', ');
  React.useEffect(() => {
    if (names) {
      setTitle(trans.__('Comparison: %1', names));
    }
  }, [names, setTitle, trans]);
  if (!comparison) {
    return loaded.error === null ? (
      <Loading />
    ) : (
      <ErrorNotice error={loaded.error} onRetry={loaded.reload} />
    );
  }
  const shown = (values: IComparedValue[]): IComparedValue[] =>
    values.filter(value =>
      onlyDifferent ? value.different : value.valueList.some(one => one !== null)
    );
  return (
    <div className="em-Comparison">
      {loaded.error !== null && <ErrorNotice error={loaded.error} onRetry={loaded.reload} />}
      <header className="em-ListPage-bar">
        <h2 className="em-ListPage-title">{trans.__('Comparison')}</h2>
        <label className="em-Check">
          <input
            type="checkbox"
            checked={onlyDifferent}
            onChange={event => setOnlyDifferent(event.target.checked)}
          />
          {trans.__('Only what differs')}
        </label>
      </header>
      <div className="em-Comparison-box">
        <table className="em-Comparison-table" aria-label={trans.__('Comparison')}>
          <Heads trainings={comparison.trainingList} />
          <Rows
            title={trans.__('Hyperparameters')}
            values={shown(comparison.hyperparameterList)}
            code
          />
          <Results metrics={comparison.metricList} trainings={comparison.trainingList} />
          <Rows title={trans.__('Settings')} values={shown(comparison.settingList)} />
        </table>
      </div>
      <Curves comparison={comparison} />
    </div>
  );
}

function useComparison(ids: string[]): ILoaded<IComparison> {
  const { model } = useApp();
  const key = ids.join(',');
  const ask = React.useCallback(
    (signal: AbortSignal) => model.client.trainings.compare(key.split(','), signal),
    [model, key]
  );
  const relevant = React.useCallback(
    (change: IChange) => key.split(',').some(id => touches(change, 'training', id)),
    [key]
  );
  const loaded = useLoaded(ask, relevant);
  const { value, reload } = loaded;
  const growing =
    value !== null &&
    (!value.complete || value.trainingList.some(each => !hasEnded(each.trainingStatusCode)));
  useWatched(growing ? key.split(',').map(id => `TRAINING_METRICS/${id}` as const) : [], reload);
  return loaded;
}

function Heads({ trainings }: { trainings: ITraining[] }): JSX.Element {
  const app = useApp();
  return (
    <thead>
      <tr>
        <td />
        {trainings.map((training, index) => (
          <th key={training.trainingId} scope="col">
            <span className="em-Comparison-head">
              <span
                className="em-Comparison-colour"
                style={{ background: COLOURS[index % COLOURS.length] }}
              />
              <LinkButton
                label={training.trainingName}
                onClick={() => app.open({ page: 'training', id: training.trainingId })}
              />
            </span>
            <StatusChip
              status={training.trainingStatusCode}
              reason={training.trainingStatusReason}
            />
          </th>
        ))}
      </tr>
    </thead>
  );
}

function Rows(props: {
  title: string;
  values: IComparedValue[];
  code?: boolean;
}): JSX.Element | null {
  const { trans } = useApp();
  if (props.values.length === 0) {
    return null;
  }
  return (
    <tbody>
      <Section title={props.title} />
      {props.values.map(value => (
        <tr key={value.name} className={value.different ? 'em-mod-different' : ''}>
          <th scope="row">{props.code ? <code>{value.name}</code> : settingTitle(value, trans)}</th>
          {value.valueList.map((one, index) => (
            <td key={index} title={one ?? undefined}>
              {one ?? <span className="em-mod-quiet">–</span>}
            </td>
          ))}
        </tr>
      ))}
    </tbody>
  );
}

/** The backend says it in English; those of data sets hold a name. */
function settingTitle(value: IComparedValue, trans: ReturnType<typeof useApp>['trans']): string {
  const [kind, name] = [value.name.split('.')[0], value.name.split('.').slice(1).join('.')];
  if (kind === 'datasetList') {
    return trans.__('Data set %1', name);
  }
  if (kind === 'datasetContent') {
    return trans.__('Content of data set %1', name);
  }
  const ours: Record<string, string> = {
    contentHash: trans.__('Source content'),
    commit: trans.__('Commit')
  };
  return ours[kind] ?? trans.__(value.title);
}

/** The last value of each metric. */
function Results(props: {
  metrics: IComparedMetric[];
  trainings: ITraining[];
}): JSX.Element | null {
  const { trans, locale } = useApp();
  if (props.metrics.length === 0) {
    return null;
  }
  return (
    <tbody>
      <Section title={trans.__('Metrics (last value)')} />
      {props.metrics.map(metric => (
        <tr key={metric.name}>
          <th scope="row">
            <code>{metric.name}</code>
          </th>
          {props.trainings.map(({ trainingId }) => {
            const curve = metric.curveList.find(one => one.trainingId === trainingId);
            const { last } = curve ?? { last: null };
            return (
              <td key={trainingId}>
                {last === null ? <span className="em-mod-quiet">–</span> : number(last, locale)}
              </td>
            );
          })}
        </tr>
      ))}
    </tbody>
  );
}

function Section({ title }: { title: string }): JSX.Element {
  return (
    <tr className="em-Comparison-section">
      <th scope="rowgroup">{title}</th>
    </tr>
  );
}

function Curves({ comparison }: { comparison: IComparison }): JSX.Element {
  const { trans, locale } = useApp();
  const format = React.useCallback((value: number) => number(value, locale), [locale]);
  const charts = React.useMemo(() => {
    const order = comparison.trainingList.map(training => training.trainingId);
    return comparison.metricList.map(metric => ({
      name: metric.name,
      curves: metric.curveList.map(curve => ({
        label: comparison.trainingList[order.indexOf(curve.trainingId)].trainingName,
        colour: order.indexOf(curve.trainingId),
        points: curve.pointList.map(([step, , value]): [number, number] => [step, value])
      }))
    }));
  }, [comparison]);
  if (charts.length === 0) {
    return (
      <Empty icon={trainingIcon} title={trans.__('No metrics')}>
        {trans.__('None of these trainings told any metric.')}
      </Empty>
    );
  }
  return (
    <div className="em-Charts em-mod-wide">
      {charts.map(chart => (
        <div key={chart.name} className="em-Charts-item">
          <Chart title={chart.name} curves={chart.curves} format={format} />
        </div>
      ))}
    </div>
  );
}
