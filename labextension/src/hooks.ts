/** How views follow the model: they look again when something they show changed, and rest while hidden. */

import type { ISignal } from '@lumino/signaling';
import React from 'react';

import { useCore, useHost } from './app';
import type { ResourceApi } from './resourceApi';
import { isAbort } from './errors';
import { IChange, touches } from './model';
import type { IConfiguration, IContext, ICounts, IListQuery, IPage } from './types';

/** The value a signal tells of, read again at each emission. */
export function useSignal<T>(signal: ISignal<unknown, unknown>, read: () => T): T {
  const [, again] = React.useReducer((count: number) => count + 1, 0);
  React.useEffect(() => {
    const slot = (): void => again();
    signal.connect(slot);
    again(); // it may have changed between rendering and connecting
    return () => {
      signal.disconnect(slot);
    };
  }, [signal]);
  return read();
}

export function useContextState(): IContext | null {
  const { model } = useCore();
  return useSignal(model.contextChanged, () => model.context);
}

export function useCounts(): ICounts | null {
  const { model } = useCore();
  return useSignal(model.countsChanged, () => model.counts);
}

/** The time in milliseconds, every second while it matters and somebody looks. */
export function useNow(ticking: boolean): number {
  const { visible } = useHost();
  const [now, setNow] = React.useState(() => Date.now());
  React.useEffect(() => {
    if (!ticking || !visible) {
      return;
    }
    setNow(Date.now());
    // eslint-disable-next-line no-restricted-globals -- a clock: it asks nobody for anything
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [ticking, visible]);
  return now;
}

/** Something asked from the backend. The value stays while it is asked again or when that fails. */
export interface ILoaded<T> {
  value: T | null;
  error: unknown;
  /** When the value was answered, in milliseconds. */
  at: number;
  loading: boolean;
  reload(): void;
}

/**
 * Ask now and whenever a relevant change is told.
 *
 * @param ask - must change when what it asks for changes (`useCallback`).
 * @param relevant - the same.
 */
export function useLoaded<T>(
  ask: (signal: AbortSignal) => Promise<T>,
  relevant: (change: IChange) => boolean
): ILoaded<T> {
  const { model } = useCore();
  const { visible } = useHost();
  const ready = useContextState()?.status === 'ready';
  const [turn, setTurn] = React.useState(0);
  const [state, setState] = React.useState({
    value: null as T | null,
    error: null as unknown,
    at: 0
  });
  const [loading, setLoading] = React.useState(true);
  const flight = React.useRef({ asking: false, again: false });
  const answered = React.useRef<{ ask: unknown; turn: number } | null>(null);

  // Word of a change never interrupts a request: in a storm of changes none would ever come through.
  const reload = React.useCallback(() => {
    if (flight.current.asking) {
      flight.current.again = true;
    } else {
      setTurn(count => count + 1);
    }
  }, []);

  React.useEffect(() => {
    const slot = (_: unknown, change: IChange): void => {
      if (relevant(change)) {
        reload();
      }
    };
    model.changed.connect(slot);
    return () => {
      model.changed.disconnect(slot);
    };
  }, [model, relevant, reload]);

  React.useEffect(() => {
    const known = answered.current;
    if (!visible || !ready || (known?.ask === ask && known.turn === turn)) {
      return;
    }
    const abort = new AbortController();
    const mine = { asking: true, again: false };
    flight.current = mine;
    setLoading(true);
    ask(abort.signal)
      .then(
        value => {
          answered.current = { ask, turn };
          setState({ value, error: null, at: Date.now() });
        },
        (error: unknown) => {
          if (!isAbort(error)) {
            setState(old => ({ ...old, error }));
          }
        }
      )
      .finally(() => {
        mine.asking = false;
        if (!abort.signal.aborted) {
          setLoading(false);
          if (mine.again) {
            setTurn(count => count + 1);
          }
        }
      });
    return () => {
      mine.asking = false;
      abort.abort();
    };
  }, [ask, turn, visible, ready]);

  return { ...state, loading, reload };
}

/** A page of a list, kept up to date. */
export function useList<T, C, U>(api: ResourceApi<T, C, U>, query: IListQuery): ILoaded<IPage<T>> {
  const key = JSON.stringify(query);
  const ask = React.useCallback(
    (signal: AbortSignal) => api.list(JSON.parse(key) as IListQuery, signal),
    [api, key]
  );
  const relevant = React.useCallback((change: IChange) => touches(change, api.kind), [api]);
  return useLoaded(ask, relevant);
}

/** One resource, kept up to date. */
export function useOne<T, C, U>(api: ResourceApi<T, C, U>, id: string): ILoaded<T> {
  const ask = React.useCallback((signal: AbortSignal) => api.get(id, signal), [api, id]);
  const relevant = React.useCallback((change: IChange) => touches(change, api.kind, id), [api, id]);
  return useLoaded(ask, relevant);
}

/** What the backend offers, and who asks; null before it is known. */
export function useConfiguration(): IConfiguration | null {
  const { model } = useCore();
  const ask = React.useCallback(
    (signal: AbortSignal) => model.client.configuration(signal),
    [model]
  );
  const relevant = React.useCallback((change: IChange) => change.all, []);
  return useLoaded(ask, relevant).value;
}

/** A value that follows another once that has been quiet for some milliseconds. */
export function useQuiet<T>(value: T, milliseconds: number): T {
  const [quiet, setQuiet] = React.useState(value);
  React.useEffect(() => {
    const timer = setTimeout(() => setQuiet(value), milliseconds);
    return () => clearTimeout(timer);
  }, [value, milliseconds]);
  return quiet;
}
