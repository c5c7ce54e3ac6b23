/** A metric of the trials step by step: the running ones and the best in colour, the others behind them. */

import React from 'react';

import { useApp } from '../app';
import { Chart } from '../components/Chart';
import { ErrorNotice } from '../components/Notice';
import { number } from '../format';
import { hasEnded } from '../status';
import type { ITuning } from '../tuningTypes';
import { useWatched } from '../useWatched';
import { useOfTuning } from './useTrials';

export function TuningCurves({ tuning }: { tuning: ITuning }): JSX.Element | null {
  const { model, trans, locale } = useApp();
  const [metric, setMetric] = React.useState('');
  const ask = React.useCallback(
    (id: string, signal: AbortSignal) => model.client.tunings.curves(id, metric, signal),
    [model, metric]
  );
  const loaded = useOfTuning(tuning.hyperparameterTuningId, ask);
  const ended = hasEnded(tuning.hyperparameterTuningStatusCode);
  useWatched(ended ? [] : [`TUNING_CURVES/${tuning.hyperparameterTuningId}`], loaded.reload);
  const format = React.useCallback((value: number) => number(value, locale), [locale]);
  const answer = loaded.value;
  const best = tuning.optimalTrialId;
  const curves = React.useMemo(
    () =>
      (answer?.curveList ?? [])
        .filter(curve => curve.pointList.length > 0)
        .map(curve => ({
          label: curve.trialName,
          quiet: curve.trialId !== best && curve.trialStatusCode !== 'RUNNING',
          colour: curve.trialId === best ? 1 : 2 + (curve.trialNumber % 3),
          points: curve.pointList.map(([step, , value]): [number, number] => [step, value])
        }))
        // What is drawn last lies above.
        .sort((one, other) => Number(other.quiet) - Number(one.quiet)),
    [answer, best]
  );
  if (!answer) {
    return loaded.error === null ? null : (
      <ErrorNotice error={loaded.error} onRetry={loaded.reload} />
    );
  }
  if (curves.length === 0 && answer.metricNameList.length <= 1) {
    return null;
  }
  return (
    <div className="em-Charts-item em-mod-whole em-Curves">
      <Chart title={trans.__('Curves of the trials')} curves={curves} format={format} />
      <div className="em-Curves-about">
        {answer.metricNameList.length > 1 && (
          <label className="em-Choose">
            {trans.__('Metric')}
            <select
              className="em-Input em-Select"
              value={metric || answer.metricNameList[0]}
              onChange={event => setMetric(event.target.value)}
            >
              {answer.metricNameList.map(name => (
                <option key={name}>{name}</option>
              ))}
            </select>
          </label>
        )}
        <p className="em-Charts-note">
          {trans.__('By step. Running trials and the best one in colour, others in grey.')}
        </p>
      </div>
    </div>
  );
}
