/** Word of what changes without events (metrics, samples, calls), asked for only while somebody looks at it. */

import React from 'react';

import { useApp, useHost } from './app';

/** What the backend tells of, each of one resource. */
export type WatchedPart =
  | 'TRAINING_METRICS'
  | 'TRAINING_MONITORING'
  | 'TRAINING_NOTEBOOK'
  | 'TUNING_CURVES'
  | 'BATCH_INFERENCE_MONITORING'
  | 'STAGE_MONITORING'
  | 'STAGE_STATISTICS'
  | 'NOTEBOOK_MONITORING'
  | 'NOTEBOOK_INSIDE';

/** Something to watch: a part of a resource, or the dashboard, which is about all of them. */
export type Watched = `${WatchedPart}/${string}` | 'DASHBOARD';

/**
 * Call back when any of them is different, and once when they begin to be watched: they may have changed before that.
 *
 * @param changed - must stay the same as long as it does the same (`useCallback`).
 */
export function useWatched(watched: Watched[], changed: () => void): void {
  const { model } = useApp();
  const { visible } = useHost();
  const key = watched.join();
  React.useEffect(() => {
    if (!visible || !key) {
      return;
    }
    const wanted = key.split(',');
    const slot = (_: unknown, which: string): void => {
      if (wanted.includes(which)) {
        changed();
      }
    };
    model.progressed.connect(slot);
    const watches = wanted.map(each => model.watch(each));
    return () => {
      model.progressed.disconnect(slot);
      watches.forEach(each => each.dispose());
    };
  }, [model, visible, key, changed]);
}
