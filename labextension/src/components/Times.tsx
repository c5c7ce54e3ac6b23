/** Times that stay true while they are looked at. */

import React from 'react';

import { useCore } from '../app';
import { ago, dateTime, duration } from '../format';
import { useNow } from '../hooks';

/** What a training, a tuning and a trial say of their time. */
export interface ITimed {
  startedDatetime: string | null;
  endedDatetime: string | null;
  elapsedTimeSeconds: number;
}

/** How long it has run. It counts on from what the backend said, so that clocks need not agree. */
export function Elapsed(props: { of: ITimed; at: number }): JSX.Element {
  const { trans } = useCore();
  const { startedDatetime, endedDatetime, elapsedTimeSeconds } = props.of;
  const ticking = startedDatetime !== null && endedDatetime === null;
  const now = useNow(ticking);
  if (startedDatetime === null) {
    return <span className="em-mod-quiet">–</span>;
  }
  const since = ticking ? Math.max(0, now - props.at) / 1000 : 0;
  return <span className="em-Elapsed">{duration(elapsedTimeSeconds + since, trans)}</span>;
}

/** `3 minutes ago`, with the exact time on hovering. */
export function Ago(props: { iso: string }): JSX.Element {
  const { locale } = useCore();
  const then = Date.parse(props.iso);
  const now = useNow(Date.now() - then < 3600_000);
  return (
    <time dateTime={props.iso} title={dateTime(props.iso, locale)}>
      {ago(then, Math.max(now, then), locale)}
    </time>
  );
}
