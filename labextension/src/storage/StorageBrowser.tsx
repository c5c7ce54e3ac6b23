/** A dialog to walk through storages: to choose a path for a field, or to look at and fetch what lies there. */

import { fileUploadIcon } from '@jupyterlab/ui-components';
import React from 'react';

import { IApp, useApp } from '../app';
import { Button } from '../components/Button';
import { openModal } from '../components/modal';
import { sentenceOf } from '../errors';
import { tensorboardIcon } from '../icons';
import { AccountText } from './AccountNote';
import { droppedFiles } from './dropped';
import { EntryList, IRow } from './EntryList';
import { crumbsOf, parentOf, storageOf } from './paths';
import { IDirectory, useDirectory } from './useDirectory';

/** What may be chosen. */
export type Wanted = 'directory' | 'file' | 'any';

export interface IBrowseOptions {
  title: string;
  /** Where it begins; '' for the list of storages. */
  start: string;
  wanted?: Wanted;
  /** Names of files that can be chosen. */
  accept?: RegExp;
  /** Without it there is nothing to choose. */
  onPick?(uri: string): void;
}

export function browseStorage(app: IApp, options: IBrowseOptions): void {
  const render = (close: () => void): JSX.Element => <Browser {...options} close={close} />;
  openModal(app, options.title, render, 'em-mod-wide');
}

function Browser(props: IBrowseOptions & { close(): void }): JSX.Element {
  const { model, trans } = useApp();
  const { wanted = 'any', onPick, close } = props;
  const directory = useDirectory(model.client, props.start || null);
  const [path, setPath] = React.useState(props.start);
  const [dropping, setDropping] = React.useState(false);
  const storage = directory.uri === null ? null : storageOf(directory.uri, directory.storages);
  const writable = storage?.writable === true;

  const go = (uri: string | null): void => {
    setPath(uri ?? '');
    directory.go(uri);
  };
  const choosable = (row: IRow): boolean =>
    !row.directory && wanted !== 'directory' && (props.accept?.test(row.name) ?? true);
  const pick = (uri: string): void => {
    close();
    onPick?.(uri);
  };
  const up = (): void => {
    if (directory.uri !== null) {
      go(parentOf(directory.uri, directory.storages));
    }
  };
  return (
    <div
      className={`em-Storage${dropping && writable ? ' em-mod-dropping' : ''}`}
      onDragOver={event => {
        event.preventDefault();
        setDropping(true);
      }}
      onDragLeave={() => setDropping(false)}
      onDrop={event => {
        event.preventDefault();
        setDropping(false);
        if (writable) {
          void droppedFiles(event.dataTransfer).then(directory.send);
        }
      }}
    >
      <Crumbs directory={directory} onGo={go} />
      {onPick && (
        <label className="em-Storage-path">
          {trans.__('Path')}
          <input
            className="em-Input"
            value={path}
            spellCheck={false}
            placeholder="nas://…  obs://…"
            onChange={event => setPath(event.target.value)}
            onKeyDown={event => {
              if (event.key === 'Enter' && !event.ctrlKey) {
                event.preventDefault();
                go(path.trim() || null);
              }
            }}
          />
        </label>
      )}
      <EntryList
        rows={rowsOf(directory)}
        current={path}
        choosable={choosable}
        downloadUrl={uri => model.client.storages.downloadUrl(uri)}
        onOpen={row => {
          if (row.directory) {
            go(row.uri);
          } else if (onPick && choosable(row)) {
            setPath(row.uri);
          }
        }}
        onPick={row => onPick && choosable(row) && pick(row.uri)}
        onUp={up}
      />
      <Notes directory={directory} />
      <div className="em-Modal-buttons">
        {onPick && (
          <Button
            kind="accept"
            label={trans.__('Choose')}
            disabled={path.trim() === ''}
            caption={path.trim()}
            onClick={() => pick(path.trim())}
          />
        )}
        <Button label={onPick ? trans.__('Cancel') : trans.__('Close')} onClick={close} />
        <UploadButton directory={directory} writable={writable} />
        <TensorboardButton uri={directory.uri} onOpened={close} />
      </div>
    </div>
  );
}

function rowsOf(directory: IDirectory): IRow[] | null {
  if (directory.uri === null) {
    return directory.entries === null
      ? null
      : directory.storages.map(storage => ({
          name: storage.title,
          uri: storage.uri,
          directory: true,
          size: null,
          modifiedDatetime: null
        }));
  }
  return directory.entries;
}

function Crumbs(props: { directory: IDirectory; onGo(uri: string | null): void }): JSX.Element {
  const { trans } = useApp();
  const { uri, storages } = props.directory;
  const crumbs = crumbsOf(uri, storages, trans.__('Storages'));
  return (
    <nav className="em-Crumbs" aria-label={trans.__('Where you are')}>
      {crumbs.map((crumb, index) => (
        <React.Fragment key={crumb.uri ?? ''}>
          {index > 0 && <span aria-hidden="true">›</span>}
          <button
            type="button"
            className="em-Link"
            aria-current={index === crumbs.length - 1 ? 'location' : undefined}
            onClick={() => props.onGo(crumb.uri)}
          >
            {crumb.title}
          </button>
        </React.Fragment>
      ))}
    </nav>
  );
}

function Notes({ directory }: { directory: IDirectory }): JSX.Element {
  const { trans } = useApp();
  const { error, sending, entries, total, account } = directory;
  const obs = directory.uri?.startsWith('obs://') ?? false;
  return (
    <>
      {entries !== null && total > entries.length && (
        <Button
          label={trans.__('Show more (%1 of %2)', entries.length, total)}
          onClick={directory.more}
        />
      )}
      {sending && (
        <p className="em-Storage-note" role="status">
          {trans.__('Sending %1 (%2 of %3)…', sending.name, sending.done + 1, sending.total)}
        </p>
      )}
      {error !== null && (
        <p className="em-Problem" role="alert">
          {sentenceOf(error)}
        </p>
      )}
      {obs && account && <AccountText account={account} />}
    </>
  );
}

function TensorboardButton(props: { uri: string | null; onOpened(): void }): JSX.Element {
  const app = useApp();
  const { uri, onOpened } = props;
  return (
    <Button
      icon={tensorboardIcon}
      label={app.trans.__('Open in TensorBoard')}
      caption={
        uri === null
          ? app.trans.__('Go into the directory with the logs first')
          : app.trans.__('Logs in %1 and below', uri)
      }
      disabled={uri === null}
      onClick={() => {
        if (uri !== null) {
          onOpened();
          app.open({ page: 'tensorboard', of: 'storage', id: uri });
        }
      }}
    />
  );
}

function UploadButton(props: { directory: IDirectory; writable: boolean }): JSX.Element {
  const { trans } = useApp();
  const input = React.useRef<HTMLInputElement>(null);
  const { directory, writable } = props;
  return (
    <span className="em-Storage-upload">
      <input
        ref={input}
        type="file"
        multiple
        hidden
        aria-label={trans.__('Files to upload')}
        onChange={event => {
          const files = [...(event.target.files ?? [])];
          directory.send(files.map(file => ({ path: file.name, file })));
          event.target.value = ''; // the same file can be chosen again
        }}
      />
      <Button
        icon={fileUploadIcon}
        label={trans.__('Upload')}
        caption={
          writable
            ? trans.__('Or drop files and directories here')
            : trans.__('Nothing can be written here')
        }
        disabled={!writable || directory.sending !== null}
        onClick={() => input.current?.click()}
      />
    </span>
  );
}
