/** What is sought in logs: a query with help for its syntax, and a time. */

import { searchIcon } from '@jupyterlab/ui-components';
import React from 'react';

import { useApp } from '../app';
import type { ILogQuery } from '../searchTypes';

const HOUR = 3600_000;
const EXAMPLES = [
  'logLevel:ERROR',
  'body:"out of memory"',
  'trainingName:resnet* AND NOT logLevel:INFO',
  '(loss OR accuracy) AND node:0'
];
const FIELDS = [
  'body',
  'logLevel',
  'trainingName',
  'trainingId',
  'hyperparameterTuningId',
  'node',
  'time',
  'category'
];

type Range = 'hour' | 'day' | 'week' | 'all' | 'own';

export function LogQueryBar(props: {
  /** What is wrong with the query. */
  mistake?: string;
  busy: boolean;
  onSearch(query: ILogQuery): void;
}): JSX.Element {
  const { trans } = useApp();
  const { onSearch } = props;
  const [query, setQuery] = React.useState('');
  const [range, setRange] = React.useState<Range>('day');
  const [own, setOwn] = React.useState({ from: '', to: '' });
  const help = React.useId();
  const problem = React.useId();

  const search = (words: string, within: Range): void =>
    onSearch({ query: words.trim(), ...boundsOf(within, own) });
  // The last day's lines are shown before anything is asked.
  React.useEffect(
    () => onSearch({ query: '', ...boundsOf('day', { from: '', to: '' }) }),
    [onSearch]
  );

  const ranges: Record<Range, string> = {
    hour: trans.__('Last hour'),
    day: trans.__('Last day'),
    week: trans.__('Last week'),
    all: trans.__('All the time'),
    own: trans.__('From … to …')
  };
  return (
    <form
      className="em-LogQuery"
      role="search"
      onSubmit={event => {
        event.preventDefault();
        search(query, range);
      }}
    >
      <div className="em-LogQuery-line">
        <label className="em-Search">
          <searchIcon.react tag="span" className="em-Search-icon" />
          <input
            type="search"
            className="em-Input"
            aria-label={trans.__('Query')}
            aria-describedby={props.mistake ? problem : help}
            aria-invalid={props.mistake !== undefined}
            placeholder='body:"out of memory" AND logLevel:ERROR'
            maxLength={2000}
            spellCheck={false}
            value={query}
            onChange={event => setQuery(event.target.value)}
          />
        </label>
        <select
          className="em-Input em-Select"
          aria-label={trans.__('Time')}
          value={range}
          onChange={event => {
            const chosen = event.target.value as Range;
            setRange(chosen);
            if (chosen !== 'own') {
              search(query, chosen);
            }
          }}
        >
          {Object.entries(ranges).map(([key, title]) => (
            <option key={key} value={key}>
              {title}
            </option>
          ))}
        </select>
        {range === 'own' &&
          (['from', 'to'] as const).map(end => (
            <input
              key={end}
              type="datetime-local"
              className="em-Input"
              aria-label={end === 'from' ? trans.__('From') : trans.__('To')}
              value={own[end]}
              onChange={event => setOwn({ ...own, [end]: event.target.value })}
            />
          ))}
        <button type="submit" className="em-Button em-mod-accept" aria-busy={props.busy}>
          {trans.__('Search')}
        </button>
      </div>
      {props.mistake !== undefined && (
        <p id={problem} className="em-Problem" role="alert">
          {props.mistake}
        </p>
      )}
      <details className="em-LogQuery-help" id={help}>
        <summary>{trans.__('How to ask')}</summary>
        <p>
          {trans.__(
            'Words without a field are looked for in the line. Join with AND, OR, NOT and parentheses; * stands for anything, ? for one character; quotes hold words together.'
          )}
        </p>
        <p>
          {trans.__('Fields:')} <code>{FIELDS.join(', ')}</code>
        </p>
        <ul>
          {EXAMPLES.map(example => (
            <li key={example}>
              <button
                type="button"
                className="em-Link"
                onClick={() => {
                  setQuery(example);
                  search(example, range);
                }}
              >
                <code>{example}</code>
              </button>
            </li>
          ))}
        </ul>
      </details>
    </form>
  );
}

function boundsOf(range: Range, own: { from: string; to: string }): { from: string; to: string } {
  const iso = (local: string): string => (local ? new Date(local).toISOString() : '');
  if (range === 'own') {
    return { from: iso(own.from), to: iso(own.to) };
  }
  const back = { hour: HOUR, day: 24 * HOUR, week: 7 * 24 * HOUR, all: 0 }[range];
  return { from: back ? new Date(Date.now() - back).toISOString() : '', to: '' };
}
