/** What a training said of itself in numbers: a chart for each metric, growing while it runs. */

import React from 'react';

import { useApp } from '../app';
import { Chart } from '../components/Chart';
import { Empty, ErrorNotice, Loading } from '../components/Notice';
import { number } from '../format';
import { trainingIcon } from '../icons';
import { hasEnded } from '../status';
import type { IMetric } from '../trackingTypes';
import type { ITraining } from '../types';
import { useFollowed } from './useFollowed';

export function TrainingMetrics({ training }: { training: ITraining }): JSX.Element {
  const { model, trans, locale } = useApp();
  const ask = React.useCallback(
    (id: string, signal: AbortSignal) => model.client.trainings.metrics(id, signal),
    [model]
  );
  const loaded = useFollowed(training, ask, 'TRAINING_METRICS');
  const format = React.useCallback((value: number) => number(value, locale), [locale]);
  const sources: Record<IMetric['source'], string> = {
    api: trans.__('logged by the code'),
    tensorboard: 'TensorBoard',
    log: trans.__('from the log')
  };
  const metrics = loaded.value;
  if (metrics === null) {
    return loaded.error === null ? (
      <Loading />
    ) : (
      <ErrorNotice error={loaded.error} onRetry={loaded.reload} />
    );
  }
  if (metrics.length === 0) {
    return (
      <Empty
        icon={trainingIcon}
        title={
          hasEnded(training.trainingStatusCode)
            ? trans.__('No metrics')
            : trans.__('No metrics so far')
        }
      >
        {trans.__(
          'Print lines such as loss = 0.25, write TensorBoard scalars to EM_TENSORBOARD_LOG_DIR, or call jupyter_easymaker.log_metrics(loss=0.25).'
        )}
      </Empty>
    );
  }
  return (
    <div className="em-Charts">
      {metrics.map(metric => (
        <div key={`${metric.source}/${metric.name}`} className="em-Charts-item">
          <MetricChart metric={metric} format={format} />
          <p className="em-Charts-note">
            {trans.__(
              'Last %1 · lowest %2 · highest %3 · %4',
              shown(metric.last, locale),
              shown(metric.min, locale),
              shown(metric.max, locale),
              sources[metric.source]
            )}
          </p>
        </div>
      ))}
    </div>
  );
}

function MetricChart(props: { metric: IMetric; format(value: number): string }): JSX.Element {
  const { metric, format } = props;
  const curves = React.useMemo(
    () => [
      {
        label: metric.name,
        points: metric.pointList.map(([step, , value]): [number, number] => [step, value])
      }
    ],
    [metric]
  );
  return <Chart title={metric.name} curves={curves} format={format} />;
}

function shown(value: number | null, locale: string): string {
  return value === null ? '–' : number(value, locale);
}
