/** That a stage runs on an old version of its cluster, until when, and how to leave it. */

import React from 'react';

import { useApp } from '../app';
import type { IStage } from '../endpointTypes';
import { dateTime } from '../format';

export function Upgrade({ stage }: { stage: IStage }): JSX.Element | null {
  const { trans, locale } = useApp();
  if (stage.isClusterLatest) {
    return null;
  }
  const until = stage.expiredDatetime && dateTime(stage.expiredDatetime, locale);
  return (
    <p className="em-Upgrade em-tone-busy" role="note">
      {until
        ? trans.__('This stage runs on a cluster version that is supported until %1.', until)
        : trans.__('This stage runs on an old cluster version.')}{' '}
      {stage.isDefaultStage
        ? trans.__(
            'Create a new stage with the same resources and make it the default stage: the resources of this one are then removed.'
          )
        : trans.__('Create a new stage with the same resources and delete this one.')}
    </p>
  );
}
