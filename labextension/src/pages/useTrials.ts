/** A page of a tuning's trials, kept up to date by events: what changes a trial is told of its tuning too. */

import React from 'react';

import { useApp } from '../app';
import { ILoaded, useLoaded } from '../hooks';
import { IChange, touches } from '../model';
import type { ITrial } from '../tuningTypes';
import type { IListQuery, IPage } from '../types';

/** Ask about a tuning now and whenever it or one of its trials changes. */
export function useOfTuning<T>(
  id: string,
  ask: (id: string, signal: AbortSignal) => Promise<T>
): ILoaded<T> {
  const request = React.useCallback((signal: AbortSignal) => ask(id, signal), [ask, id]);
  const relevant = React.useCallback(
    (change: IChange) => touches(change, 'hyperparameterTuning', id),
    [id]
  );
  return useLoaded(request, relevant);
}

export function useTrials(id: string, query: IListQuery): ILoaded<IPage<ITrial>> {
  const { model } = useApp();
  const key = JSON.stringify(query);
  const ask = React.useCallback(
    (of: string, signal: AbortSignal) =>
      model.client.tunings.trials(of, JSON.parse(key) as IListQuery, signal),
    [model, key]
  );
  return useOfTuning(id, ask);
}
