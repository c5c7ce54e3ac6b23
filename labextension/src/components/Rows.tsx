/** A list of small objects (hyperparameters, data sets, tags) as rows with a field for each of their properties. */

import { addIcon, closeIcon } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import { IconButton } from './Button';

export type Row = Record<string, string>;

export interface IRowsProps {
  title?: string;
  columns: { name: string; title: string }[];
  rows: Row[];
  /** So many at most. */
  most?: number;
  invalid?: boolean;
  trans: TranslationBundle;
  /** Beside a field, such as a way to choose its value; nothing for most. */
  beside?(name: string, value: string, change: (value: string) => void): React.ReactNode;
  onChange(rows: Row[]): void;
}

export function Rows(props: IRowsProps): JSX.Element {
  const { trans, rows, columns, most } = props;
  const change = (index: number, name: string, value: string): void =>
    props.onChange(rows.map((row, at) => (at === index ? { ...row, [name]: value } : row)));
  return (
    <div className="em-Rows" role="group" aria-label={props.title}>
      {rows.map((row, index) => (
        <div key={index} className="em-Row">
          {columns.map(({ name, title }) => (
            <React.Fragment key={name}>
              <input
                className="em-Input"
                aria-label={`${title} ${index + 1}`}
                placeholder={title}
                value={row[name] ?? ''}
                spellCheck={false}
                aria-invalid={props.invalid}
                onChange={event => change(index, name, event.target.value)}
              />
              {props.beside?.(name, row[name] ?? '', value => change(index, name, value))}
            </React.Fragment>
          ))}
          <IconButton
            icon={closeIcon}
            label={trans.__('Remove')}
            onClick={() => props.onChange(rows.filter((_, at) => at !== index))}
          />
        </div>
      ))}
      <button
        type="button"
        className="em-Button em-mod-plain em-Rows-add"
        disabled={most !== undefined && rows.length >= most}
        onClick={() =>
          props.onChange([...rows, Object.fromEntries(columns.map(({ name }) => [name, '']))])
        }
      >
        <addIcon.react tag="span" className="em-Button-icon" />
        {trans.__('Add')}
      </button>
    </div>
  );
}
