/** What lies in a directory, walked with the keyboard: arrows, Enter to open or choose, Backspace to go up. */

import { downloadIcon, fileIcon, folderIcon } from '@jupyterlab/ui-components';
import React from 'react';

import { useApp } from '../app';
import { bytes, dateTime } from '../format';
import type { IEntry } from './types';

export type IRow = IEntry;

export interface IEntryListProps {
  /** null while they come. */
  rows: IRow[] | null;
  /** The URI that is chosen. */
  current: string;
  choosable(row: IRow): boolean;
  downloadUrl(uri: string): string;
  /** Go into a directory, or mark a file. */
  onOpen(row: IRow): void;
  /** Choose a file at once. */
  onPick(row: IRow): void;
  onUp(): void;
}

export function EntryList(props: IEntryListProps): JSX.Element {
  const { trans } = useApp();
  const { rows } = props;
  const [at, setAt] = React.useState(0);
  const list = React.useRef<HTMLUListElement>(null);
  const base = React.useId();
  const here = Math.min(at, (rows?.length ?? 0) - 1);
  const first = rows?.[0]?.uri;
  // Another directory is entered at its top.
  React.useEffect(() => setAt(0), [first]);
  React.useEffect(() => {
    list.current?.children[here]?.scrollIntoView({ block: 'nearest' });
  }, [here]);

  const onKeyDown = (event: React.KeyboardEvent): void => {
    const count = rows?.length ?? 0;
    const row = rows?.[here];
    const keys: Record<string, () => void> = {
      ArrowDown: () => setAt(Math.min(here + 1, count - 1)),
      ArrowUp: () => setAt(Math.max(here - 1, 0)),
      Home: () => setAt(0),
      End: () => setAt(count - 1),
      Enter: () => row && (row.directory ? props.onOpen(row) : props.onPick(row)),
      ' ': () => row && props.onOpen(row),
      Backspace: props.onUp
    };
    const key = keys[event.key];
    if (key) {
      event.preventDefault();
      key();
    } else if (event.key.length === 1 && !event.ctrlKey && !event.metaKey) {
      const letter = event.key.toLowerCase();
      const next = (rows ?? []).findIndex(
        (each, index) => index > here && each.name.toLowerCase().startsWith(letter)
      );
      const any = (rows ?? []).findIndex(each => each.name.toLowerCase().startsWith(letter));
      setAt(next >= 0 ? next : Math.max(any, 0));
    }
  };
  return (
    <ul
      ref={list}
      className="em-Entries"
      role="listbox"
      tabIndex={0}
      aria-label={trans.__('Files and directories')}
      aria-activedescendant={here >= 0 ? `${base}-${here}` : undefined}
      aria-busy={rows === null}
      onKeyDown={onKeyDown}
    >
      {rows?.map((row, index) => (
        <Entry
          key={row.uri}
          id={`${base}-${index}`}
          row={row}
          here={index === here}
          marked={row.uri === props.current}
          quiet={!row.directory && !props.choosable(row)}
          downloadUrl={props.downloadUrl(row.uri)}
          onClick={() => {
            setAt(index);
            props.onOpen(row);
          }}
          onDoubleClick={() => !row.directory && props.onPick(row)}
        />
      ))}
      {rows?.length === 0 && (
        <li className="em-Entries-empty">
          {trans.__('Nothing lies here. Drop files here to upload them.')}
        </li>
      )}
      {rows === null && <li className="em-Entries-empty">{trans.__('Loading…')}</li>}
    </ul>
  );
}

function Entry(props: {
  id: string;
  row: IRow;
  here: boolean;
  marked: boolean;
  quiet: boolean;
  downloadUrl: string;
  onClick(): void;
  onDoubleClick(): void;
}): JSX.Element {
  const { trans, locale } = useApp();
  const { row } = props;
  const Icon = row.directory ? folderIcon : fileIcon;
  const states = [props.here && 'here', props.marked && 'marked', props.quiet && 'quiet'];
  return (
    <li
      id={props.id}
      role="option"
      aria-selected={props.marked}
      aria-label={row.name}
      className={['em-Entry', ...states.filter(Boolean).map(state => `em-mod-${state}`)].join(' ')}
      title={row.uri}
      onClick={props.onClick}
      onDoubleClick={props.onDoubleClick}
    >
      <Icon.react tag="span" className="em-Tree-icon" />
      <span className="em-Entry-name">{row.name}</span>
      <span className="em-Entry-size">{row.size !== null && bytes(row.size, locale)}</span>
      <span className="em-Entry-time">
        {row.modifiedDatetime && dateTime(row.modifiedDatetime, locale)}
      </span>
      {row.directory ? (
        <span className="em-Entry-download" />
      ) : (
        <a
          className="em-Entry-download"
          href={props.downloadUrl}
          download={row.name}
          tabIndex={-1}
          title={trans.__('Download %1', row.name)}
          onClick={event => event.stopPropagation()}
        >
          <downloadIcon.react tag="span" />
        </a>
      )}
    </li>
  );
}
