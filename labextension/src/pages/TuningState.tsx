/** How far a tuning is and what it found so far: what a person looks for first. */

import React from 'react';

import { useApp } from '../app';
import { LinkButton } from '../components/Button';
import { FailureNotice } from '../components/Notice';
import { integer, number } from '../format';
import { hasEnded, hasFailed } from '../status';
import type { ITuning } from '../tuningTypes';
import { chosenText, reasonOf } from '../tuningWords';

/** Why it failed; why it ended or what it waits for. */
export function Reason({ tuning }: { tuning: ITuning }): JSX.Element | null {
  const { trans } = useApp();
  const reason = reasonOf(tuning, trans);
  if (hasFailed(tuning.hyperparameterTuningStatusCode)) {
    return <FailureNotice reason={reason || trans.__('The tuning failed without saying why.')} />;
  }
  return reason ? (
    <div className="em-Progress" role="status">
      {reason}
    </div>
  ) : null;
}

/** Its best value and the numbers of its trials. */
export function Score({ tuning }: { tuning: ITuning }): JSX.Element {
  const { trans, locale } = useApp();
  const ended = tuning.trialCount - tuning.runningTrialCount;
  const most = tuning.maxTrialCount;
  const counts: [string, number, string?][] = [
    [trans.__('Succeeded'), tuning.successfulTrialCount, 'good'],
    [trans.__('Running'), tuning.runningTrialCount, 'running'],
    [trans.__('Failed'), tuning.failedTrialCount, 'bad']
  ];
  if (tuning.earlyStoppingAlgorithm !== null || tuning.earlyStoppedTrialCount > 0) {
    counts.push([trans.__('Stopped early'), tuning.earlyStoppedTrialCount, 'idle']);
  }
  return (
    <div className="em-Score">
      <BestTrial tuning={tuning} />
      <dl className="em-Score-counts">
        <div className="em-Score-count">
          <dt>{trans.__('Trials')}</dt>
          <dd>
            {most === null
              ? integer(tuning.trialCount, locale)
              : trans.__('%1 of %2', integer(tuning.trialCount, locale), integer(most, locale))}
          </dd>
        </div>
        {counts.map(([name, count, tone]) => (
          <div key={name} className={`em-Score-count${count === 0 ? ' em-mod-none' : ''}`}>
            <dt>
              <span className={`em-Dot em-tone-${tone}`} aria-hidden="true" />
              {name}
            </dt>
            <dd>{integer(count, locale)}</dd>
          </div>
        ))}
      </dl>
      {most !== null && !hasEnded(tuning.hyperparameterTuningStatusCode) && (
        <progress
          className="em-Score-bar"
          value={ended}
          max={most}
          aria-label={trans.__('%1 of %2 trials have ended', ended, most)}
        />
      )}
    </div>
  );
}

function BestTrial({ tuning }: { tuning: ITuning }): JSX.Element {
  const app = useApp();
  const { trans, locale } = app;
  const best = tuning.optimalTrial;
  const goal = tuning.objectiveGoal;
  return (
    <div className="em-Score-best">
      <span className="em-Score-title">
        {trans.__('Best %1', tuning.objectiveMetricName)}
        {goal !== null && ` · ${trans.__('goal %1', number(goal, locale))}`}
      </span>
      {best === null || best.objectiveValue === null ? (
        <span className="em-Score-value em-mod-quiet">–</span>
      ) : (
        <>
          <span className="em-Score-value" title={String(best.objectiveValue)}>
            {number(best.objectiveValue, locale)}
          </span>
          <span className="em-Score-of">
            <LinkButton
              label={best.trialName}
              onClick={() => app.open({ page: 'training', id: best.trialId })}
            />
            {best.hyperparameterList.map(each => (
              <code key={each.parameterName} title={each.parameterValue}>
                {each.parameterName}={chosenText(each.parameterValue)}
              </code>
            ))}
          </span>
        </>
      )}
    </div>
  );
}
