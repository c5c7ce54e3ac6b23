/** Every list: search, filter, a table of names with what is known of each, the pages, and what to do when there is nothing. */

import { addIcon, LabIcon, searchIcon } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import { PageName, useApp } from '../app';
import type { ResourceApi } from '../resourceApi';
import { ILoaded, useList, useQuiet } from '../hooks';
import type { IListQuery, IPage } from '../types';
import { Button, LinkButton } from './Button';
import { ErrorNotice, Empty, Loading } from './Notice';
import { Pager } from './Pager';
import { IColumn, ISelection, Table } from './Table';
import { Ago } from './Times';

const LIMIT = 20;

export interface IListFilter {
  label: string;
  /** By key: what it is called and what the backend is asked. */
  options: { key: string; title: string; query: IListQuery }[];
}

interface IListed {
  createdDatetime: string;
}

export interface IListPageProps<T extends IListed, C, U> {
  title: string;
  api: ResourceApi<T, C, U>;
  /** The page of one. */
  page: PageName;
  idOf(item: T): string;
  nameOf(item: T): string;
  /** What the backend calls the name. */
  nameField: string;
  /** Before the name. */
  before?(item: T): React.ReactNode;
  /** Below the name, in one line. */
  second(item: T): string;
  /** Those between the name and when it was created. */
  columns(at: number): IColumn<T>[];
  /** When there is no room for when it was created. */
  createdOptional: IColumn<T>['optional'];
  rowActions(item: T): React.ReactNode;
  /** Always asked in addition. */
  fixed?: IListQuery;
  filter?: IListFilter;
  /** Before the button that makes a new one. */
  actions?: React.ReactNode;
  create: { label: string; onClick(): void };
  selection?: ISelection<T>;
  empty: { icon: LabIcon; title: string; text: string };
}

export function ListPage<T extends IListed, C, U>(props: IListPageProps<T, C, U>): JSX.Element {
  const { trans } = useApp();
  const [search, setSearch] = React.useState('');
  const [option, setOption] = React.useState(props.filter?.options[0]?.key ?? '');
  const [sort, setSort] = React.useState('-createdDatetime');
  const [page, setPage] = React.useState(1);
  const sought = useQuiet(search.trim(), 250);
  const filter = props.filter?.options.find(one => one.key === option)?.query;
  const list = useList(props.api, {
    ...props.fixed,
    ...filter,
    page,
    limit: LIMIT,
    search: sought,
    sort
  });
  const filtered = sought !== '' || option !== (props.filter?.options[0]?.key ?? '');

  React.useEffect(() => setPage(1), [sought, option, sort]);
  // The last entry of the last page was deleted: go to the one before.
  const total = list.value?.total ?? 0;
  React.useEffect(() => {
    if (list.value && page > 1 && (page - 1) * LIMIT >= total) {
      setPage(Math.max(1, Math.ceil(total / LIMIT)));
    }
  }, [list.value, page, total]);

  return (
    <div className="em-ListPage">
      <div className="em-ListPage-bar">
        <h2 className="em-ListPage-title">{props.title}</h2>
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
        {props.filter && (
          <select
            className="em-Input em-Select"
            aria-label={props.filter.label}
            value={option}
            onChange={event => setOption(event.target.value)}
          >
            {props.filter.options.map(one => (
              <option key={one.key} value={one.key}>
                {one.title}
              </option>
            ))}
          </select>
        )}
        <span className="em-ListPage-actions">
          {props.actions}
          <Button kind="accept" icon={addIcon} {...props.create} />
        </span>
      </div>
      {list.error !== null && <ErrorNotice error={list.error} onRetry={list.reload} />}
      <Body {...props} list={list} filtered={filtered} sort={sort} onSort={setSort} />
      <Pager page={page} limit={LIMIT} total={total} onPage={setPage} />
    </div>
  );
}

interface IBodyProps<T extends IListed, C, U> extends IListPageProps<T, C, U> {
  list: ILoaded<IPage<T>>;
  filtered: boolean;
  sort: string;
  onSort(sort: string): void;
}

function Body<T extends IListed, C, U>(props: IBodyProps<T, C, U>): JSX.Element | null {
  const app = useApp();
  const { trans } = app;
  const { list, empty } = props;
  if (!list.value) {
    return list.error === null ? <Loading /> : null;
  }
  if (list.value.total === 0) {
    return props.filtered ? (
      <Empty icon={searchIcon} title={trans.__('Nothing found')}>
        {trans.__('Try another word or another status.')}
      </Empty>
    ) : (
      <Empty
        icon={empty.icon}
        title={empty.title}
        action={<Button kind="accept" icon={addIcon} {...props.create} />}
      >
        {empty.text}
      </Empty>
    );
  }
  const open = (item: T): void => app.open({ page: props.page, id: props.idOf(item) });
  return (
    <Table
      label={props.title}
      columns={allColumns(props, trans, open)}
      items={list.value.items}
      idOf={props.idOf}
      sort={props.sort}
      onSort={props.onSort}
      onOpen={open}
      selection={props.selection}
    />
  );
}

function allColumns<T extends IListed, C, U>(
  props: IBodyProps<T, C, U>,
  trans: TranslationBundle,
  open: (item: T) => void
): IColumn<T>[] {
  return [
    {
      key: 'name',
      title: trans.__('Name'),
      sort: props.nameField,
      render: item => (
        <>
          {props.before?.(item)}
          <LinkButton label={props.nameOf(item)} onClick={() => open(item)} />
          <div className="em-mod-second" title={props.second(item)}>
            {props.second(item)}
          </div>
        </>
      )
    },
    ...props.columns(props.list.at),
    {
      key: 'created',
      title: trans.__('Created'),
      sort: 'createdDatetime',
      optional: props.createdOptional,
      render: item => <Ago iso={item.createdDatetime} />
    },
    { key: 'actions', title: '', align: 'end', render: props.rowActions }
  ];
}
