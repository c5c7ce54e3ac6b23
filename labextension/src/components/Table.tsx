/** A table of resources: sorted by its heads, opened by its rows, with actions at the end of each row. */

import { caretDownIcon, caretUpIcon } from '@jupyterlab/ui-components';
import React from 'react';

export interface IColumn<T> {
  key: string;
  title: string;
  /** The field the backend sorts by; without it the column cannot be sorted. */
  sort?: string;
  align?: 'end';
  /** Dropped first when there is little room: 1 stays longest. */
  optional?: 1 | 2 | 3;
  render(item: T): React.ReactNode;
}

/** Some of the items, chosen to do something with together. */
export interface ISelection<T> {
  chosen: ReadonlySet<string>;
  toggle(item: T): void;
  labelOf(item: T): string;
}

export interface ITableProps<T> {
  label: string;
  columns: IColumn<T>[];
  items: T[];
  idOf(item: T): string;
  /** As the backend takes it: a field, with a minus before it for descending. */
  sort: string;
  onSort(sort: string): void;
  onOpen(item: T): void;
  selection?: ISelection<T>;
  /** Older items are shown while newer ones are asked for. */
  stale?: boolean;
}

export function Table<T>(props: ITableProps<T>): JSX.Element {
  return (
    <div className="em-TableBox">
      <table className="em-Table" aria-label={props.label} aria-busy={props.stale}>
        <thead>
          <tr>
            {props.selection && <td className="em-col-choice" />}
            {props.columns.map(column => (
              <Head key={column.key} column={column} sort={props.sort} onSort={props.onSort} />
            ))}
          </tr>
        </thead>
        <tbody className={props.stale ? 'em-mod-stale' : ''}>
          {props.items.map(item => (
            <tr
              key={props.idOf(item)}
              data-id={props.idOf(item)}
              onClick={() => props.onOpen(item)}
            >
              {props.selection && (
                <Choice selection={props.selection} item={item} id={props.idOf(item)} />
              )}
              {props.columns.map(column => (
                <td key={column.key} className={classOf(column)}>
                  {column.render(item)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Choice<T>(props: { selection: ISelection<T>; item: T; id: string }): JSX.Element {
  const { selection, item } = props;
  return (
    <td className="em-col-choice" onClick={event => event.stopPropagation()}>
      <label className="em-Choice">
        <input
          type="checkbox"
          aria-label={selection.labelOf(item)}
          checked={selection.chosen.has(props.id)}
          onChange={() => selection.toggle(item)}
        />
      </label>
    </td>
  );
}

function Head<T>(props: {
  column: IColumn<T>;
  sort: string;
  onSort(sort: string): void;
}): JSX.Element {
  const { column, sort } = props;
  if (!column.sort) {
    return (
      <th scope="col" className={classOf(column)}>
        {column.title}
      </th>
    );
  }
  const active = sort.replace(/^-/, '') === column.sort;
  const descending = sort.startsWith('-');
  const order = active ? (descending ? 'descending' : 'ascending') : 'none';
  const Arrow = descending ? caretDownIcon : caretUpIcon;
  return (
    <th scope="col" className={classOf(column)} aria-sort={order}>
      <button
        type="button"
        className="em-Table-sort"
        onClick={() => props.onSort(active && !descending ? `-${column.sort}` : column.sort!)}
      >
        {column.title}
        <span className="em-Table-arrow">{active && <Arrow.react tag="span" />}</span>
      </button>
    </th>
  );
}

function classOf<T>(column: IColumn<T>): string {
  return [
    `em-col-${column.key}`,
    column.align === 'end' ? 'em-mod-end' : '',
    column.optional ? `em-mod-optional${column.optional}` : ''
  ].join(' ');
}
