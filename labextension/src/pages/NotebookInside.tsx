/** What a running notebook tells of itself: what became of its start-up scripts, and its environments. */

import React from 'react';

import { useApp } from '../app';
import { CopyText } from '../components/Fields';
import { Empty, ErrorNotice, Loading } from '../components/Notice';
import { dateTime, duration } from '../format';
import { ILoaded, useLoaded } from '../hooks';
import { notebookIcon } from '../icons';
import { plainText } from '../log/ansi';
import { IChange, touches } from '../model';
import type {
  ICustomEnvironment,
  INotebook,
  INotebookInside,
  IStartUpScript
} from '../notebookTypes';
import { scriptLabel, scriptTone } from '../notebookWords';
import { useWatched } from '../useWatched';

export function useInside(notebook: INotebook): ILoaded<INotebookInside> {
  const { model } = useApp();
  const id = notebook.notebookId;
  const ask = React.useCallback(
    (signal: AbortSignal) => model.client.notebooks.inside(id, signal),
    [model, id]
  );
  const relevant = React.useCallback((change: IChange) => touches(change, 'notebook', id), [id]);
  const loaded = useLoaded(ask, relevant);
  useWatched([`NOTEBOOK_INSIDE/${id}`], loaded.reload);
  return loaded;
}

export function StartUpScripts({ loaded }: { loaded: ILoaded<INotebookInside> }): JSX.Element {
  const { trans, locale } = useApp();
  const inside = loaded.value;
  if (!inside) {
    return <Waiting loaded={loaded} />;
  }
  return (
    <div className="em-Inside">
      {loaded.error !== null && <ErrorNotice error={loaded.error} onRetry={loaded.reload} />}
      {inside.noteList.map(note => (
        <p key={note.notedDatetime + note.text} className="em-Upgrade em-tone-bad" role="note">
          {dateTime(note.notedDatetime, locale)} · {note.text}
        </p>
      ))}
      {inside.scriptList.length === 0 ? (
        <Empty icon={notebookIcon} title={trans.__('No start-up scripts')}>
          {trans.__(
            'Executable files in %1/cont-init.d whose first line begins with #! are run in the order of their names at every start.',
            inside.home
          )}
        </Empty>
      ) : (
        <ul className="em-Scripts">
          {inside.scriptList.map(script => (
            <Script key={script.name} script={script} />
          ))}
        </ul>
      )}
    </div>
  );
}

function Script({ script }: { script: IStartUpScript }): JSX.Element {
  const { trans } = useApp();
  const output = plainText(script.output).trimEnd();
  const facts = [
    script.exitCode !== null && trans.__('exit code %1', script.exitCode),
    script.seconds !== null && duration(script.seconds, trans),
    script.reason
  ].filter(Boolean);
  return (
    <li className="em-Script" data-script={script.name}>
      <div className="em-Script-head">
        <span className={`em-Chip em-tone-${scriptTone(script.state)}`} data-state={script.state}>
          <span className="em-Dot" aria-hidden="true" />
          {scriptLabel(script.state, trans)}
        </span>
        <strong className="em-Script-name">{script.name}</strong>
        <span className="em-mod-quiet">{facts.join(' · ')}</span>
      </div>
      {output && (
        <pre
          className="em-Failure-tail"
          aria-label={trans.__('Last lines %1 printed', script.name)}
          tabIndex={0}
        >
          {output}
        </pre>
      )}
    </li>
  );
}

export function Environments({ loaded }: { loaded: ILoaded<INotebookInside> }): JSX.Element {
  const { trans } = useApp();
  const inside = loaded.value;
  if (!inside) {
    return <Waiting loaded={loaded} />;
  }
  return (
    <div className="em-Inside">
      {loaded.error !== null && <ErrorNotice error={loaded.error} onRetry={loaded.reload} />}
      {inside.environmentList.length === 0 ? (
        <Empty icon={notebookIcon} title={trans.__('No environments of your own')}>
          {trans.__(
            'Environments made below %1/custom-conda-envs are kept over restarts and are kernels of the notebook.',
            inside.home
          )}
        </Empty>
      ) : (
        <ul className="em-Scripts">
          {inside.environmentList.map(environment => (
            <Environment key={environment.prefix} environment={environment} />
          ))}
        </ul>
      )}
    </div>
  );
}

function Environment({ environment }: { environment: ICustomEnvironment }): JSX.Element {
  const { trans } = useApp();
  const facts = [
    environment.kind,
    environment.pythonVersion && `Python ${environment.pythonVersion}`,
    !environment.hasIpykernel && trans.__('no ipykernel: install it there to use it as a kernel')
  ].filter(Boolean);
  return (
    <li className="em-Script" data-environment={environment.name}>
      <div className="em-Script-head">
        <strong className="em-Script-name">{environment.name}</strong>
        <span className="em-mod-quiet">{facts.join(' · ')}</span>
      </div>
      <CopyText text={environment.prefix} />
    </li>
  );
}

function Waiting({ loaded }: { loaded: ILoaded<unknown> }): JSX.Element {
  return loaded.error === null ? (
    <Loading />
  ) : (
    <ErrorNotice error={loaded.error} onRetry={loaded.reload} />
  );
}
