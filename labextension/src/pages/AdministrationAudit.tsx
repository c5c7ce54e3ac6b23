/** Who did what, the newest first, for administrators. */

import React from 'react';

import type { IAuditEntry } from '../administrationTypes';
import { ICore, useCore } from '../app';
import { Empty, ErrorNotice, Loading } from '../components/Notice';
import { Pager } from '../components/Pager';
import { IColumn, Table } from '../components/Table';
import { dateTime } from '../format';
import { useLoaded, useQuiet } from '../hooks';
import { administrationIcon } from '../icons';
import type { IChange } from '../model';
import { ProjectSelect } from './ProjectSelect';

const LIMIT = 50;

export function AdministrationAudit(): JSX.Element {
  const app = useCore();
  const { model, trans } = app;
  const [page, setPage] = React.useState(1);
  const [appKey, setAppKey] = React.useState('');
  const [user, setUser] = React.useState('');
  const [operation, setOperation] = React.useState('');
  const userId = useQuiet(user.trim(), 250);
  const done = useQuiet(operation.trim(), 250);
  React.useEffect(() => setPage(1), [appKey, userId, done]);
  const ask = React.useCallback(
    (signal: AbortSignal) =>
      model.client.administration.audit(
        { page, limit: LIMIT, appKey, userId, operation: done },
        signal
      ),
    [model, page, appKey, userId, done]
  );
  const relevant = React.useCallback((change: IChange) => change.all, []);
  const loaded = useLoaded(ask, relevant);
  const { value } = loaded;
  return (
    <>
      <div className="em-Administration-bar">
        <ProjectSelect value={appKey} onChange={setAppKey} />
        <Word label={trans.__('User, in full')} value={user} onChange={setUser} />
        <Word
          label={trans.__('Action, such as stop_notebook')}
          value={operation}
          onChange={setOperation}
        />
      </div>
      {loaded.error !== null && <ErrorNotice error={loaded.error} onRetry={loaded.reload} />}
      {!value ? (
        loaded.error === null && <Loading />
      ) : value.total === 0 ? (
        <Empty icon={administrationIcon} title={trans.__('Nothing found')} />
      ) : (
        <Table
          label={trans.__('Audit log')}
          columns={columns(app)}
          items={value.items}
          idOf={entry => String(entry.auditId)}
          sort=""
          onSort={() => undefined}
          onOpen={() => undefined}
          stale={loaded.loading}
        />
      )}
      <Pager page={page} limit={LIMIT} total={value?.total ?? 0} onPage={setPage} />
    </>
  );
}

function Word(props: { label: string; value: string; onChange(word: string): void }): JSX.Element {
  return (
    <input
      className="em-Input"
      type="search"
      aria-label={props.label}
      placeholder={props.label}
      maxLength={64}
      spellCheck={false}
      value={props.value}
      onChange={event => props.onChange(event.target.value)}
    />
  );
}

function columns({ trans, locale }: ICore): IColumn<IAuditEntry>[] {
  return [
    {
      key: 'time',
      title: trans.__('Time'),
      render: entry => dateTime(entry.datetime, locale)
    },
    { key: 'user', title: trans.__('User'), render: entry => entry.userId },
    {
      key: 'operation',
      title: trans.__('Action'),
      render: entry => <code>{entry.operation}</code>
    },
    {
      key: 'resource',
      title: trans.__('Resource'),
      render: entry => (
        <span title={entry.resourceId}>{entry.resourceName || entry.resourceId}</span>
      )
    },
    { key: 'project', title: trans.__('Project'), optional: 1, render: entry => entry.appKey },
    {
      key: 'detail',
      title: trans.__('Details'),
      optional: 2,
      render: entry => {
        const text = Object.keys(entry.detail).length > 0 ? JSON.stringify(entry.detail) : '';
        return (
          <span className="em-Administration-detail" title={text}>
            {text}
          </span>
        );
      }
    }
  ];
}
