/** Who used how much in which project over a time, for administrators. */

import React from 'react';

import type { IUsage } from '../administrationTypes';
import { useApp } from '../app';
import { Empty, ErrorNotice, Loading } from '../components/Notice';
import { Table } from '../components/Table';
import { number } from '../format';
import { useLoaded } from '../hooks';
import { administrationIcon } from '../icons';
import type { IChange } from '../model';

const DAY = 86400_000;

function sorted(items: IUsage[], sort: string): IUsage[] {
  const key = sort.replace(/^-/, '') as keyof IUsage;
  const way = sort.startsWith('-') ? -1 : 1;
  return [...items].sort((one, other) => {
    const [a, b] = [one[key], other[key]];
    const order = typeof a === 'number' ? a - (b as number) : String(a).localeCompare(String(b));
    return way * order;
  });
}

export function AdministrationUsage(): JSX.Element {
  const { model, trans, locale } = useApp();
  const [days, setDays] = React.useState(30);
  const [sort, setSort] = React.useState('-cpuHours');
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
  const numbers: [keyof IUsage, string][] = [
    ['cpuHours', trans.__('vCPU hours')],
    ['memoryGibHours', trans.__('Memory (GiB hours)')],
    ['gpuHours', trans.__('GPU hours')]
  ];
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
        <span className="em-mod-quiet">
          {trans.__('What was granted counts, used or not: of notebooks, trainings and tunings.')}
        </span>
      </div>
      {loaded.error !== null && <ErrorNotice error={loaded.error} onRetry={loaded.reload} />}
      {!loaded.value ? (
        loaded.error === null && <Loading />
      ) : loaded.value.length === 0 ? (
        <Empty icon={administrationIcon} title={trans.__('Nothing was used in this time')} />
      ) : (
        <Table
          label={trans.__('Use')}
          items={sorted(loaded.value, sort)}
          idOf={item => `${item.appKey} ${item.userId}`}
          sort={sort}
          onSort={setSort}
          onOpen={() => undefined}
          columns={[
            {
              key: 'user',
              title: trans.__('User'),
              sort: 'userId',
              render: item => item.userId
            },
            {
              key: 'project',
              title: trans.__('Project'),
              sort: 'appKey',
              render: item => item.appKey
            },
            ...numbers.map(([key, title]) => ({
              key,
              title,
              sort: key,
              align: 'end' as const,
              render: (item: IUsage) => number(item[key] as number, locale)
            }))
          ]}
        />
      )}
    </>
  );
}
