/** Something that changes while a training runs and of which no event tells: watched while it is looked at. */

import React from 'react';

import { ILoaded, useLoaded } from '../hooks';
import type { IChange } from '../model';
import { touches } from '../model';
import { hasEnded } from '../status';
import type { ITraining } from '../types';
import { useWatched, WatchedPart } from '../useWatched';

/** A training, as far as it takes to follow it; a trial is one. */
export type Followed = Pick<ITraining, 'trainingId' | 'trainingStatusCode'>;

export function useFollowed<T>(
  training: Followed,
  ask: (id: string, signal: AbortSignal) => Promise<T>,
  part: WatchedPart
): ILoaded<T> {
  const id = training.trainingId;
  const ended = hasEnded(training.trainingStatusCode);
  const request = React.useCallback((signal: AbortSignal) => ask(id, signal), [ask, id]);
  const relevant = React.useCallback((change: IChange) => touches(change, 'training', id), [id]);
  const loaded = useLoaded(request, relevant);
  useWatched(ended ? [] : [`${part}/${id}`], loaded.reload);
  return loaded;
}
