/** Something that changes while a training runs and of which no event tells: asked again while it is looked at. */

import React from 'react';

import { useRepeated } from '../components/useRepeated';
import { ILoaded, useLoaded } from '../hooks';
import type { IChange } from '../model';
import { touches } from '../model';
import { hasEnded } from '../status';
import type { ITraining } from '../types';

/** A training, as far as it takes to follow it; a trial is one. */
export type Followed = Pick<ITraining, 'trainingId' | 'trainingStatusCode'>;

export function useFollowed<T>(
  training: Followed,
  ask: (id: string, signal: AbortSignal) => Promise<T>,
  milliseconds: number
): ILoaded<T> {
  const id = training.trainingId;
  const ended = hasEnded(training.trainingStatusCode);
  const request = React.useCallback((signal: AbortSignal) => ask(id, signal), [ask, id]);
  const relevant = React.useCallback((change: IChange) => touches(change, 'training', id), [id]);
  const loaded = useLoaded(request, relevant);
  useRepeated(!ended, milliseconds, loaded.reload);
  return loaded;
}
