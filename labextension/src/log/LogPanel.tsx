/** The log of a training: live, by node, searched, downloaded. */

import React from 'react';

import { useApp, useHost } from '../app';
import { ErrorNotice } from '../components/Notice';
import { bytes, integer } from '../format';
import { hasEnded } from '../status';
import type { ITraining } from '../types';
import { LogBar } from './LogBar';
import { LogView } from './LogView';
import { LogSession } from './session';
import { useSearch } from './useSearch';

/** The session of a node; it rests while nobody looks. */
function useSession(training: ITraining, node: number): [LogSession, number] {
  const { model } = useApp();
  const { visible } = useHost();
  const id = training.trainingId;
  const session = React.useMemo(
    () => new LogSession(model.client.trainings, id, node),
    [model, id, node]
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

export function LogPanel(props: { training: ITraining }): JSX.Element {
  const { trans, model } = useApp();
  const { training } = props;
  const [node, setNode] = React.useState(0);
  const [follow, setFollow] = React.useState(true);
  const [session, version] = useSession(training, node);
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
        nodes={training.instanceCount}
        node={node}
        onNode={setNode}
        follow={follow}
        onFollow={setFollow}
        live={!session.complete}
        search={search}
        downloadUrl={model.client.trainings.logDownloadUrl(training.trainingId, node)}
        fileName={`${training.trainingName}-${node}.log`}
      />
      {session.error !== null && <ErrorNotice error={session.error} />}
      <Omitted session={session} />
      {session.buffer.length === 0 && session.begun ? (
        <p className="em-LogPanel-empty">
          {hasEnded(training.trainingStatusCode)
            ? trans.__('The training printed nothing.')
            : trans.__('Nothing printed yet. Lines appear here as they are printed.')}
        </p>
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
