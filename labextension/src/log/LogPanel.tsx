/** The log of a job or of a pod: live, by node, searched, downloaded. */

import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import { useApp, useHost } from '../app';
import { ErrorNotice } from '../components/Notice';
import { bytes, integer } from '../format';
import type { ILogApi, LogPart } from '../resourceApi';
import { LogBar } from './LogBar';
import { LogView } from './LogView';
import { LogSession } from './session';
import { useSearch } from './useSearch';

export interface ILogPanelProps {
  api: ILogApi;
  /** Whose log it is. */
  id: string;
  name: string;
  /** What can be chosen between; one at least. */
  parts: ILogPart[];
  /** Said where there is nothing yet, or where there was nothing. */
  emptyText: string;
}

export interface ILogPart {
  title: string;
  part: LogPart;
}

/** As many nodes as a job has. */
export function nodesOf(count: number, trans: TranslationBundle): ILogPart[] {
  return Array.from({ length: Math.max(1, count) }, (_, node) => ({
    title: trans.__('Node %1', node),
    part: { node }
  }));
}

/** The session of a part; it rests while nobody looks. */
function useSession(api: ILogApi, id: string, part: LogPart): [LogSession, number] {
  const key = JSON.stringify(part);
  const { visible } = useHost();
  const session = React.useMemo(
    () => new LogSession(api, id, JSON.parse(key) as LogPart),
    [api, id, key]
  );
  const [version, setVersion] = React.useState(0);
  React.useEffect(() => {
    const slot = (): void => setVersion(count => count + 1);
    session.changed.connect(slot);
    return () => {
      session.changed.disconnect(slot);
      session.stop();
    };
  }, [session]);
  React.useEffect(() => {
    if (visible) {
      session.start();
    } else {
      session.stop();
    }
  }, [session, visible]);
  return [session, version];
}

export function LogPanel(props: ILogPanelProps): JSX.Element {
  const { api, id, parts } = props;
  const [chosen, setChosen] = React.useState(0);
  const at = Math.min(chosen, parts.length - 1);
  const { part } = parts[at];
  const [follow, setFollow] = React.useState(true);
  const [session, version] = useSession(api, id, part);
  const search = useSearch(session.buffer, version);
  const found = search.current;

  React.useEffect(() => {
    if (found !== null) {
      setFollow(false);
    }
  }, [found]);

  return (
    <div className="em-LogPanel">
      <LogBar
        parts={parts.map(each => each.title)}
        at={at}
        onPart={setChosen}
        follow={follow}
        onFollow={setFollow}
        live={!session.complete}
        search={search}
        downloadUrl={api.logDownloadUrl(id, part)}
        fileName={`${props.name}-${at}.log`}
      />
      {session.error !== null && <ErrorNotice error={session.error} />}
      <Omitted session={session} />
      {session.buffer.length === 0 && session.begun ? (
        <p className="em-LogPanel-empty">{props.emptyText}</p>
      ) : (
        <LogView
          buffer={session.buffer}
          version={version}
          follow={follow}
          onFollow={setFollow}
          matches={search.matches}
          current={found}
        />
      )}
    </div>
  );
}

function Omitted({ session }: { session: LogSession }): JSX.Element | null {
  const { trans, locale } = useApp();
  const { skipped, buffer } = session;
  if (skipped === 0 && buffer.dropped === 0) {
    return null;
  }
  const what =
    skipped > 0
      ? trans.__('The first %1 of the log are not shown.', bytes(skipped, locale))
      : trans.__('The first %1 lines are not shown.', integer(buffer.dropped, locale));
  return (
    <p className="em-LogPanel-omitted">
      {what} {trans.__('Download the log to read all of it.')}
    </p>
  );
}
