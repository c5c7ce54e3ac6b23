/** A list of everybody's things: searched, sorted, paged, and some of them chosen to do something with together. */

import { searchIcon } from '@jupyterlab/ui-components';
import React from 'react';

import { useCore } from '../app';
import { Empty, ErrorNotice, Loading } from '../components/Notice';
import { Pager } from '../components/Pager';
import { IColumn, Table } from '../components/Table';
import { useRepeated } from '../components/useRepeated';
import { useLoaded, useQuiet } from '../hooks';
import type { IListQuery, IPage } from '../types';

const LIMIT = 20;
/** Milliseconds between looks: changes of other projects are not told. */
const LOOK = 5000;
const always = (): boolean => true;

export interface IAdministrationTableProps<T> {
  label: string;
  /** Must change when what it asks for changes (`useCallback`). */
  ask(query: IListQuery, signal: AbortSignal): Promise<IPage<T>>;
  columns(at: number, again: () => void): IColumn<T>[];
  idOf(item: T): string;
  nameOf(item: T): string;
  /** Before the search field. */
  before?: React.ReactNode;
  /** What it is sorted by at first; without it the newest come first. */
  sort?: string;
  /**
   * What can be done with those that are chosen; `again` looks again afterwards. Without it none can be chosen.
   */
  actions?(chosen: T[], again: () => void): React.ReactNode;
  /** Given `again`, too. */
  onOpen?(item: T, again: () => void): void;
}

export function AdministrationTable<T>(props: IAdministrationTableProps<T>): JSX.Element {
  const { trans } = useCore();
  const [search, setSearch] = React.useState('');
  const [sort, setSort] = React.useState(props.sort ?? '-createdDatetime');
  const [page, setPage] = React.useState(1);
  const [chosen, setChosen] = React.useState<ReadonlySet<string>>(new Set());
  const sought = useQuiet(search.trim(), 250);
  const { ask: give, idOf } = props;
  const ask = React.useCallback(
    (signal: AbortSignal) => give({ page, limit: LIMIT, search: sought, sort }, signal),
    [give, page, sought, sort]
  );
  const loaded = useLoaded(ask, always);
  useRepeated(true, LOOK, loaded.reload);
  React.useEffect(() => {
    setPage(1);
    setChosen(new Set());
  }, [give, sought, sort]);
  const { value } = loaded;
  const total = value?.total ?? 0;
  React.useEffect(() => {
    if (value && page > 1 && (page - 1) * LIMIT >= total) {
      setPage(Math.max(1, Math.ceil(total / LIMIT)));
    }
  }, [value, page, total]);
  // What is chosen and no longer shown is not acted on.
  const items = (value?.items ?? []).filter(item => chosen.has(idOf(item)));
  const toggle = (item: T): void => {
    const next = new Set(chosen);
    if (!next.delete(idOf(item))) {
      next.add(idOf(item));
    }
    setChosen(next);
  };
  return (
    <>
      <div className="em-Administration-bar">
        {props.before}
        <label className="em-Search">
          <searchIcon.react tag="span" className="em-Search-icon" />
          <input
            type="search"
            className="em-Input"
            placeholder={trans.__('Search by name')}
            aria-label={trans.__('Search by name')}
            maxLength={200}
            value={search}
            onChange={event => setSearch(event.target.value)}
          />
        </label>
        <span className="em-Administration-end">
          {items.length > 0 && (
            <span className="em-mod-quiet">{trans.__('%1 chosen', items.length)}</span>
          )}
          {props.actions?.(items, () => {
            setChosen(new Set());
            loaded.reload();
          })}
        </span>
      </div>
      {loaded.error !== null && <ErrorNotice error={loaded.error} onRetry={loaded.reload} />}
      {!value ? (
        loaded.error === null && <Loading />
      ) : total === 0 ? (
        <Empty icon={searchIcon} title={trans.__('Nothing found')} />
      ) : (
        <Table
          label={props.label}
          columns={props.columns(loaded.at, loaded.reload)}
          items={value.items}
          idOf={idOf}
          sort={sort}
          onSort={setSort}
          onOpen={item => (props.onOpen ? props.onOpen(item, loaded.reload) : toggle(item))}
          selection={
            props.actions && {
              chosen,
              toggle,
              labelOf: item => trans.__('Choose %1', props.nameOf(item))
            }
          }
        />
      )}
      <Pager page={page} limit={LIMIT} total={total} onPage={setPage} />
    </>
  );
}
