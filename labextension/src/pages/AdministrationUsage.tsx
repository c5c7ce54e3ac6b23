/** Who used how much in which project over a time, for administrators. */

import { searchIcon } from '@jupyterlab/ui-components';
import React from 'react';

import type { IUsage } from '../administrationTypes';
import { ICore, useCore } from '../app';
import { Empty, ErrorNotice, Loading } from '../components/Notice';
import { Pager } from '../components/Pager';
import { IColumn, Table } from '../components/Table';
import { number } from '../format';
import { useLoaded } from '../hooks';
import { administrationIcon } from '../icons';
import type { IChange } from '../model';
import { NUMBERS, sorted, summedUp, UsageView } from '../usageSums';

const DAY = 86400_000;
const LIMIT = 20;

export function AdministrationUsage(): JSX.Element {
  const app = useCore();
  const { model, trans } = app;
  const [days, setDays] = React.useState(30);
  const [view, setView] = React.useState<UsageView>('both');
  const [search, setSearch] = React.useState('');
  const [sort, setSort] = React.useState('-cpuHours');
  const [page, setPage] = React.useState(1);
  React.useEffect(() => setPage(1), [days, view, search, sort]);
  const ask = React.useCallback(
    (signal: AbortSignal) =>
      model.client.administration.usage(
        new Date(Date.now() - days * DAY).toISOString(),
        '',
        signal
      ),
    [model, days]
  );
  const relevant = React.useCallback((change: IChange) => change.all, []);
  const loaded = useLoaded(ask, relevant);
  const sought = search.trim().toLowerCase();
  const items = React.useMemo(() => {
    const found = summedUp(loaded.value ?? [], view).filter(
      ({ userId, appKey }) =>
        userId.toLowerCase().includes(sought) || appKey.toLowerCase().includes(sought)
    );
    return sorted(found, sort);
  }, [loaded.value, view, sought, sort]);
  const shown = Math.min(page, Math.max(1, Math.ceil(items.length / LIMIT)));
  return (
    <>
      <div className="em-Administration-bar">
        <select
          className="em-Input em-Select"
          aria-label={trans.__('Period')}
          value={days}
          onChange={event => setDays(Number(event.target.value))}
        >
          {[1, 7, 30, 90, 365].map(each => (
            <option key={each} value={each}>
              {trans._n('The last %1 day', 'The last %1 days', each, each)}
            </option>
          ))}
        </select>
        <select
          className="em-Input em-Select"
          aria-label={trans.__('Summed up')}
          value={view}
          onChange={event => setView(event.target.value as UsageView)}
        >
          <option value="both">{trans.__('By user and project')}</option>
          <option value="user">{trans.__('By user')}</option>
          <option value="project">{trans.__('By project')}</option>
        </select>
        <label className="em-Search">
          <searchIcon.react tag="span" className="em-Search-icon" />
          <input
            type="search"
            className="em-Input"
            placeholder={trans.__('User or project')}
            aria-label={trans.__('User or project')}
            value={search}
            onChange={event => setSearch(event.target.value)}
          />
        </label>
      </div>
      <p className="em-mod-quiet">
        {trans.__(
          'What was granted counts, used or not: CPUs, memory and GPUs of notebooks, trainings, tunings, batch inferences and endpoints while they run, storage of notebooks also while they are stopped.'
        )}
      </p>
      {loaded.error !== null && <ErrorNotice error={loaded.error} onRetry={loaded.reload} />}
      {!loaded.value ? (
        loaded.error === null && <Loading />
      ) : items.length === 0 ? (
        <Empty icon={administrationIcon} title={trans.__('Nothing was used in this time')} />
      ) : (
        <Table
          label={trans.__('Use')}
          items={items.slice((shown - 1) * LIMIT, shown * LIMIT)}
          idOf={item => `${item.appKey} ${item.userId}`}
          sort={sort}
          onSort={setSort}
          onOpen={() => undefined}
          columns={columns(app, view)}
        />
      )}
      <Pager page={shown} limit={LIMIT} total={items.length} onPage={setPage} />
    </>
  );
}

function columns({ trans, locale }: ICore, view: UsageView): IColumn<IUsage>[] {
  const titles: Record<(typeof NUMBERS)[number], string> = {
    cpuHours: trans.__('vCPU hours'),
    memoryGibHours: trans.__('Memory (GiB hours)'),
    gpuHours: trans.__('GPU hours'),
    storageGbHours: trans.__('Storage (GB hours)'),
    storageGb: trans.__('Storage now (GB)'),
    endpointHours: trans.__('Endpoint stages (hours)'),
    endpointStages: trans.__('Endpoint stages now')
  };
  const user: IColumn<IUsage> = {
    key: 'user',
    title: trans.__('User'),
    sort: 'userId',
    render: item => item.userId
  };
  const project: IColumn<IUsage> = {
    key: 'project',
    title: trans.__('Project'),
    sort: 'appKey',
    render: item => item.appKey
  };
  return [
    ...(view === 'project' ? [] : [user]),
    ...(view === 'user' ? [] : [project]),
    ...NUMBERS.map(key => ({
      key,
      title: titles[key],
      sort: key,
      align: 'end' as const,
      optional: key === 'memoryGibHours' ? (3 as const) : undefined,
      render: (item: IUsage) => number(item[key], locale)
    }))
  ];
}
