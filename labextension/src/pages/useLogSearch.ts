/** The state of a search over logs: pages that come one after the other, and only the last search's. */

import React from 'react';

import type { EasyMakerClient } from '../client';
import type { ILogLine, ILogQuery } from '../searchTypes';

const SIZE = 200;

export interface ILogSearchState {
  asked: ILogQuery;
  /** null before the first answer. */
  lines: ILogLine[] | null;
  more: boolean;
  took: number;
  busy: boolean;
  error: unknown;
  begin(query: ILogQuery): void;
  older(): void;
}

interface IFound {
  asked: ILogQuery;
  lines: ILogLine[] | null;
  cursor: string | null;
  took: number;
}

export function useLogSearch(
  client: EasyMakerClient,
  hyperparameterTuningId?: string
): ILogSearchState {
  const [found, setFound] = React.useState<IFound>({
    asked: { query: '', from: '', to: '' },
    lines: null,
    cursor: null,
    took: 0
  });
  const [error, setError] = React.useState<unknown>(null);
  const [busy, setBusy] = React.useState(false);
  const turn = React.useRef(0);

  const ask = React.useCallback(
    (asked: ILogQuery, cursor: string, before: ILogLine[]) => {
      const mine = ++turn.current;
      setBusy(true);
      setError(null);
      client.searchLogs(asked, cursor, SIZE).then(
        page => {
          if (mine === turn.current) {
            setBusy(false);
            const lines = [...before, ...page.logList];
            setFound({ asked, lines, cursor: page.nextCursor, took: page.tookMilliseconds });
          }
        },
        (refused: unknown) => {
          if (mine === turn.current) {
            setBusy(false);
            setError(refused);
          }
        }
      );
    },
    [client]
  );
  const begin = React.useCallback(
    (query: ILogQuery) => ask({ ...query, hyperparameterTuningId }, '', []),
    [ask, hyperparameterTuningId]
  );
  return {
    asked: found.asked,
    lines: found.lines,
    more: found.cursor !== null,
    took: found.took,
    busy,
    error,
    begin,
    older: () => found.cursor !== null && ask(found.asked, found.cursor, found.lines ?? [])
  };
}
