/** The resources of any project, kind by kind, for administrators. */

import { deleteIcon, stopIcon } from '@jupyterlab/ui-components';
import React from 'react';

import { IApp, useApp } from '../app';
import { doToAll } from '../bulkActions';
import { Button } from '../components/Button';
import { ErrorNotice, Loading } from '../components/Notice';
import { StatusChip } from '../components/Status';
import type { IColumn } from '../components/Table';
import { Ago } from '../components/Times';
import type { IListQuery } from '../types';
import { IAnyResource, IKind, kindsOf } from './administrationKinds';
import { AdministrationTable } from './AdministrationTable';
import { useProjects } from './useProjects';

export function AdministrationResources(): JSX.Element {
  const app = useApp();
  const { model, trans } = app;
  const projects = useProjects();
  const kinds = React.useMemo(() => kindsOf(trans), [trans]);
  const [kindKey, setKind] = React.useState('trainings');
  const [appKey, setAppKey] = React.useState(model.client.appKey);
  const kind = kinds[kindKey];
  const client = React.useMemo(() => model.client.of(appKey), [model, appKey]);
  const ask = React.useCallback(
    (query: IListQuery, signal: AbortSignal) => kind.list(client, query, signal),
    [kind, client]
  );
  if (!projects.value) {
    return projects.error === null ? (
      <Loading />
    ) : (
      <ErrorNotice error={projects.error} onRetry={projects.reload} />
    );
  }
  return (
    <AdministrationTable
      key={`${kindKey} ${appKey}`}
      label={kind.title}
      ask={ask}
      columns={() => columns(app, kind)}
      idOf={item => item.id}
      nameOf={item => item.name}
      before={
        <>
          <select
            className="em-Input em-Select"
            aria-label={trans.__('Kind')}
            value={kindKey}
            onChange={event => setKind(event.target.value)}
          >
            {Object.entries(kinds).map(([key, each]) => (
              <option key={key} value={key}>
                {each.title}
              </option>
            ))}
          </select>
          <select
            className="em-Input em-Select"
            aria-label={trans.__('Project')}
            value={appKey}
            onChange={event => setAppKey(event.target.value)}
          >
            {projects.value.map(project => (
              <option key={project.appKey} value={project.appKey}>
                {project.appKey}
              </option>
            ))}
          </select>
        </>
      }
      actions={(chosen, done) => {
        const running = chosen.filter(each => kind.mayStop(each.status));
        const removable = chosen.filter(each => kind.mayRemove(each.status));
        const { stop } = kind;
        return (
          <>
            {stop && (
              <Button
                icon={stopIcon}
                label={trans.__('Stop')}
                disabled={running.length === 0}
                onClick={() =>
                  void doToAll(app, running, nameOf, stopWords(app, running.length), each =>
                    stop(client, each.id)
                  ).then(asked => asked && done())
                }
              />
            )}
            <Button
              icon={deleteIcon}
              label={trans.__('Delete')}
              disabled={removable.length === 0}
              onClick={() =>
                void doToAll(app, removable, nameOf, deleteWords(app, removable.length), each =>
                  kind.remove(client, each.id)
                ).then(asked => asked && done())
              }
            />
          </>
        );
      }}
    />
  );
}

const nameOf = (item: IAnyResource): string => item.name;

function stopWords({ trans }: IApp, count: number): Parameters<typeof doToAll>[3] {
  return {
    question: trans._n('Stop %1 resource?', 'Stop %1 resources?', count, count),
    warning: trans.__('Everything they run is ended. This cannot be undone.'),
    accept: trans.__('Stop'),
    failure: trans.__('Not all of them could be stopped')
  };
}

function deleteWords({ trans }: IApp, count: number): Parameters<typeof doToAll>[3] {
  return {
    question: trans._n('Delete %1 resource?', 'Delete %1 resources?', count, count),
    warning: trans.__('This cannot be undone.'),
    accept: trans.__('Delete'),
    failure: trans.__('Not all of them could be deleted')
  };
}

function columns({ trans }: IApp, kind: IKind): IColumn<IAnyResource>[] {
  return [
    {
      key: 'name',
      title: trans.__('Name'),
      sort: kind.nameField,
      render: item => (
        <>
          {item.name}
          <div className="em-mod-second">{item.reason}</div>
        </>
      )
    },
    {
      key: 'status',
      title: trans.__('Status'),
      render: item => item.status && <StatusChip status={item.status} reason={item.reason} />
    },
    { key: 'user', title: trans.__('User'), optional: 1, render: item => item.createdBy },
    {
      key: 'flavor',
      title: trans.__('Instance type'),
      optional: 2,
      render: item => item.flavor
    },
    {
      key: 'created',
      title: trans.__('Created'),
      sort: 'createdDatetime',
      optional: 3,
      render: item => <Ago iso={item.createdDatetime} />
    }
  ];
}
