/** The cluster's versions, when old ones end, and what still runs on them, for administrators. */

import React from 'react';

import type { IClusterVersion } from '../administrationTypes';
import { ICore, useCore } from '../app';
import { Empty, ErrorNotice, Loading } from '../components/Notice';
import { IColumn, Table } from '../components/Table';
import { dateTime, integer } from '../format';
import { useLoaded } from '../hooks';
import { administrationIcon } from '../icons';
import type { IChange } from '../model';

const nothing = (): void => undefined;

export function AdministrationVersions(): JSX.Element {
  const app = useCore();
  const { model, trans } = app;
  const ask = React.useCallback(
    (signal: AbortSignal) => model.client.administration.clusterVersions(signal),
    [model]
  );
  const relevant = React.useCallback((change: IChange) => change.all, []);
  const loaded = useLoaded(ask, relevant);
  if (!loaded.value) {
    return loaded.error === null ? (
      <Loading />
    ) : (
      <ErrorNotice error={loaded.error} onRetry={loaded.reload} />
    );
  }
  if (loaded.value.length === 0) {
    return (
      <Empty icon={administrationIcon} title={trans.__('No cluster versions')}>
        {trans.__(
          'The settings cluster_version and cluster_versions of the backend name the current one and when old ones end.'
        )}
      </Empty>
    );
  }
  return (
    <>
      <p className="em-mod-quiet">
        {trans.__(
          'Notebooks move to the current version when they are restarted, endpoints by a new default stage. Their owners are told of the end.'
        )}
      </p>
      <Table
        label={trans.__('Cluster versions')}
        items={loaded.value}
        idOf={each => each.version}
        sort=""
        onSort={nothing}
        onOpen={nothing}
        columns={columns(app)}
      />
    </>
  );
}

function columns({ trans, locale }: ICore): IColumn<IClusterVersion>[] {
  return [
    { key: 'version', title: trans.__('Version'), render: each => each.version },
    {
      key: 'state',
      title: trans.__('Status'),
      render: each =>
        each.current
          ? trans.__('Current')
          : each.known
            ? trans.__('To be left')
            : trans.__('Not named in the settings')
    },
    {
      key: 'expires',
      title: trans.__('Ends'),
      render: each => {
        const ends = each.expiresDatetime;
        if (!ends) {
          return <span className="em-mod-quiet">–</span>;
        }
        const over = Date.parse(ends) <= Date.now();
        return (
          <span className={over ? 'em-mod-over' : ''}>
            {over ? trans.__('%1 (over)', dateTime(ends, locale)) : dateTime(ends, locale)}
          </span>
        );
      }
    },
    {
      key: 'notebooks',
      title: trans.__('Running notebooks'),
      align: 'end',
      render: each => integer(each.notebooks, locale)
    },
    {
      key: 'stages',
      title: trans.__('Endpoint stages'),
      align: 'end',
      render: each => integer(each.endpointStages, locale)
    }
  ];
}
