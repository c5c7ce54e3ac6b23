/** What can be done with a log: choose the node, search, follow the end, download. */

import { caretDownIcon, caretUpIcon, downloadIcon, searchIcon } from '@jupyterlab/ui-components';
import React from 'react';

import { useApp } from '../app';
import { IconButton } from '../components/Button';
import type { ILogSearch } from './useSearch';

export interface ILogBarProps {
  /** What the parts are called, and which is shown. */
  parts: string[];
  at: number;
  onPart(at: number): void;
  follow: boolean;
  onFollow(follow: boolean): void;
  /** More may come. */
  live: boolean;
  search: ILogSearch;
  downloadUrl: string;
  fileName: string;
}

export function LogBar(props: ILogBarProps): JSX.Element {
  const { trans } = useApp();
  return (
    <div className="em-LogBar">
      {props.parts.length > 1 && (
        <select
          className="em-Input em-Select"
          aria-label={trans.__('Node')}
          value={props.at}
          onChange={event => props.onPart(Number(event.target.value))}
        >
          {props.parts.map((title, at) => (
            <option key={title} value={at}>
              {title}
            </option>
          ))}
        </select>
      )}
      <Search search={props.search} />
      <span className="em-LogBar-end">
        {props.live && (
          <label className="em-Check">
            <input
              type="checkbox"
              checked={props.follow}
              onChange={event => props.onFollow(event.target.checked)}
            />
            {trans.__('Follow')}
          </label>
        )}
        <a
          className="em-Button em-mod-plain"
          href={props.downloadUrl}
          download={props.fileName}
          title={trans.__('Download the whole log')}
        >
          <downloadIcon.react tag="span" className="em-Button-icon" />
          {trans.__('Download')}
        </a>
      </span>
    </div>
  );
}

function Search({ search }: { search: ILogSearch }): JSX.Element {
  const { trans } = useApp();
  const onKeyDown = (event: React.KeyboardEvent): void => {
    if (event.key === 'Enter') {
      event.preventDefault();
      (event.shiftKey ? search.previous : search.next)();
    } else if (event.key === 'Escape') {
      search.setWords('');
    }
  };
  return (
    <>
      <label className="em-Search">
        <searchIcon.react tag="span" className="em-Search-icon" />
        <input
          type="search"
          className="em-Input"
          placeholder={trans.__('Search in the log')}
          aria-label={trans.__('Search in the log')}
          value={search.words}
          onChange={event => search.setWords(event.target.value)}
          onKeyDown={onKeyDown}
        />
      </label>
      {search.words && (
        <span className="em-LogBar-found">
          <span role="status">
            {search.matches.size > 0
              ? trans.__('%1 of %2', search.position, search.matches.size)
              : trans.__('None')}
          </span>
          <IconButton
            icon={caretUpIcon}
            label={trans.__('Previous match')}
            disabled={search.matches.size === 0}
            onClick={search.previous}
          />
          <IconButton
            icon={caretDownIcon}
            label={trans.__('Next match')}
            disabled={search.matches.size === 0}
            onClick={search.next}
          />
        </span>
      )}
    </>
  );
}
