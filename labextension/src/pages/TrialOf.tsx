/** On the page of a training that is a trial: of which tuning. */

import React from 'react';

import { useApp } from '../app';
import { LinkButton } from '../components/Button';
import { useOne } from '../hooks';

export function TrialOf({ tuningId }: { tuningId: string }): JSX.Element {
  const app = useApp();
  const { trans, model } = app;
  const tuning = useOne(model.client.tunings, tuningId).value;
  return (
    <>
      {trans.__('Trial of')}{' '}
      <LinkButton
        label={tuning?.hyperparameterTuningName ?? tuningId}
        onClick={() => app.open({ page: 'tuning', id: tuningId })}
      />
    </>
  );
}
