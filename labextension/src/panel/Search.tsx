/** One field that finds everything: results take the place of the tree while it holds words. */

import { searchIcon } from '@jupyterlab/ui-components';
import React from 'react';

import { useApp } from '../app';
import { StatusDot } from '../components/Status';
import { sentenceOf } from '../errors';
import { ILoaded, useLoaded, useQuiet } from '../hooks';
import { isKnown, iconOf, kindLabel, pageOf } from '../resourcePages';
import type { ISearchResult } from '../searchTypes';
import type { Status } from '../status';

const LIMIT = 20;
const always = (): boolean => true;

export function Search(props: { children: React.ReactNode }): JSX.Element {
  const app = useApp();
  const { trans } = app;
  const [words, setWords] = React.useState('');
  const [at, setAt] = React.useState(0);
  const sought = useQuiet(words.trim(), 150);
  const found = useFound(sought);
  const results = found.value ?? [];
  const list = React.useId();
  const chosen = Math.min(at, results.length - 1);

  const open = (result: ISearchResult): void => {
    app.open(pageOf(result.resourceType, result.resourceId));
  };
  const onKeyDown = (event: React.KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && results.length > 0) {
      event.preventDefault();
      setAt((chosen + step + results.length) % results.length);
    } else if (event.key === 'Enter' && results[chosen] && sought === words.trim()) {
      open(results[chosen]);
    } else if (event.key === 'Escape') {
      setWords('');
    }
  };
  return (
    <>
      <div className="em-Panel-search">
        <label className="em-Search">
          <searchIcon.react tag="span" className="em-Search-icon" />
          <input
            type="search"
            className="em-Input"
            role="combobox"
            aria-label={trans.__('Search everything')}
            aria-expanded={sought !== ''}
            aria-controls={list}
            aria-activedescendant={results[chosen] ? `${list}-${chosen}` : undefined}
            placeholder={trans.__('Search everything')}
            maxLength={200}
            value={words}
            onChange={event => {
              setWords(event.target.value);
              setAt(0);
            }}
            onKeyDown={onKeyDown}
          />
        </label>
      </div>
      {sought === '' || words.trim() === '' ? (
        props.children
      ) : (
        <ul className="em-Results" id={list} role="listbox" aria-label={trans.__('Found')}>
          {results.map((result, index) => (
            <Result
              key={result.resourceId}
              id={`${list}-${index}`}
              result={result}
              chosen={index === chosen}
              onOpen={() => open(result)}
            />
          ))}
          {found.error !== null && (
            <li className="em-Results-note" role="alert">
              {sentenceOf(found.error)}
            </li>
          )}
          {found.value?.length === 0 && found.error === null && (
            <li className="em-Results-note" role="status">
              {trans.__('Nothing has “%1” in its name, description, tags or ID.', sought)}
            </li>
          )}
        </ul>
      )}
    </>
  );
}

function useFound(sought: string): ILoaded<ISearchResult[]> {
  const { model } = useApp();
  const ask = React.useCallback(
    async (signal: AbortSignal) => {
      if (sought === '') {
        return [];
      }
      const all = await model.client.search(sought, LIMIT, signal);
      return all.filter(result => isKnown(result.resourceType));
    },
    [model, sought]
  );
  return useLoaded(ask, always);
}

function Result(props: {
  id: string;
  result: ISearchResult;
  chosen: boolean;
  onOpen(): void;
}): JSX.Element {
  const { trans } = useApp();
  const { result, chosen } = props;
  const Icon = iconOf(result.resourceType);
  const row = React.useRef<HTMLLIElement>(null);
  React.useEffect(() => {
    if (chosen) {
      row.current?.scrollIntoView({ block: 'nearest' });
    }
  }, [chosen]);
  return (
    <li
      id={props.id}
      ref={row}
      role="option"
      aria-selected={chosen}
      className="em-Result"
      title={[kindLabel(result.resourceType, trans), result.name, result.description]
        .filter(Boolean)
        .join('\n')}
      onClick={props.onOpen}
    >
      <Icon.react tag="span" className="em-Tree-icon" />
      <span className="em-Result-words">
        <span className="em-Result-name">{result.name}</span>
        {result.description && <span className="em-mod-second">{result.description}</span>}
      </span>
      {result.statusCode && <StatusDot status={result.statusCode as Status} />}
    </li>
  );
}
