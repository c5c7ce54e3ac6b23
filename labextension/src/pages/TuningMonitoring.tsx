/** What the instances of a tuning use: of one trial at a time, a running one at first. */

import React from 'react';

import { useApp } from '../app';
import { Empty, ErrorNotice, Loading } from '../components/Notice';
import { tuningIcon } from '../icons';
import { labelOf } from '../status';
import type { ITrial, ITuning } from '../tuningTypes';
import type { TrainingStatus } from '../types';
import { TrainingMonitoring } from './TrainingMonitoring';
import { useTrials } from './useTrials';

/** So many of the last trials can be chosen. */
const CHOICE = 200;

export function TuningMonitoring({ tuning }: { tuning: ITuning }): JSX.Element {
  const { trans } = useApp();
  const query = { page: 1, limit: CHOICE, sort: '-trialNumber' };
  const loaded = useTrials(tuning.hyperparameterTuningId, query);
  const [chosen, setChosen] = React.useState<string | null>(null);
  const trials = loaded.value?.items;
  if (!trials) {
    return loaded.error === null ? (
      <Loading />
    ) : (
      <ErrorNotice error={loaded.error} onRetry={loaded.reload} />
    );
  }
  const shown =
    trials.find(each => each.trialId === chosen) ??
    trials.find(each => each.trialStatusCode === 'RUNNING') ??
    trials[0];
  if (!shown) {
    return (
      <Empty icon={tuningIcon} title={trans.__('No trials yet')}>
        {trans.__('They appear here as they start.')}
      </Empty>
    );
  }
  const option = (trial: ITrial): JSX.Element => (
    <option key={trial.trialId} value={trial.trialId}>
      {`${trial.trialName} (${labelOf(trial.trialStatusCode, trans)})`}
    </option>
  );
  return (
    <>
      <label className="em-Choose">
        {trans.__('Trial')}
        <select
          className="em-Input em-Select"
          value={shown.trialId}
          onChange={event => setChosen(event.target.value)}
        >
          {trials.map(option)}
        </select>
      </label>
      <TrainingMonitoring
        key={shown.trialId}
        training={{
          trainingId: shown.trialId,
          trainingStatusCode: shown.trainingStatusCode as TrainingStatus
        }}
      />
    </>
  );
}
