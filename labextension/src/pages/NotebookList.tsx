/** The project's notebooks: whose each is, how it is, and the way into it. */

import React from 'react';

import { IApp, useApp } from '../app';
import { IListFilter, ListPage } from '../components/ListPage';
import { NotebookChip } from '../components/NotebookStatus';
import { Loading } from '../components/Notice';
import type { IColumn } from '../components/Table';
import { Elapsed } from '../components/Times';
import { machine } from '../format';
import { useConfiguration } from '../hooks';
import { notebookIcon } from '../icons';
import type { INotebook } from '../notebookTypes';
import { hasFailed } from '../notebookWords';
import { NoHub } from './NoHub';
import { RowActions } from './NotebookActions';
import { NotebookUpgrade } from './NotebookUpgrade';

export function NotebookList(): JSX.Element {
  const app = useApp();
  const { trans, model } = app;
  const configuration = useConfiguration();
  if (!configuration) {
    return <Loading />;
  }
  if (!configuration.hasHub) {
    return <NoHub />;
  }
  const me = configuration.user;
  return (
    <ListPage
      title={trans.__('Notebooks')}
      api={model.client.notebooks}
      columns={at => stateColumns(app, at)}
      idOf={notebook => notebook.notebookId}
      page="notebook"
      nameOf={notebook => notebook.notebookName}
      nameField="notebookName"
      before={notebook => <NotebookUpgrade notebook={notebook} me={me} compact />}
      second={notebook =>
        hasFailed(notebook.notebookStatusCode)
          ? notebook.notebookStatusReason
          : notebook.description || notebook.image.imageName
      }
      filter={notebookFilter(app)}
      create={{
        label: trans.__('New notebook'),
        onClick: () => app.open({ page: 'new-notebook' })
      }}
      createdOptional={3}
      rowActions={notebook => <RowActions notebook={notebook} me={me} />}
      empty={{
        icon: notebookIcon,
        title: trans.__('No notebooks yet'),
        text: trans.__(
          'A notebook is a JupyterLab of your own on an instance of the hub. What is in its /root/easymaker is kept until it is deleted.'
        )
      }}
    />
  );
}

/** What a list of notebooks can be narrowed to. */
export function notebookFilter({ trans }: IApp): IListFilter {
  const field = 'notebookStatusCodeList';
  return {
    label: trans.__('Status'),
    options: [
      { key: 'all', title: trans.__('All statuses'), query: {} },
      { key: 'active', title: trans.__('Active'), query: { [field]: ['ACTIVE'] } },
      {
        key: 'progress',
        title: trans.__('In progress'),
        query: {
          [field]: [
            'CREATE_REQUESTED',
            'CREATE_IN_PROGRESS',
            'START_IN_PROGRESS',
            'STOP_IN_PROGRESS',
            'REBOOT_IN_PROGRESS',
            'DELETE_IN_PROGRESS'
          ]
        }
      },
      { key: 'stopped', title: trans.__('Stopped'), query: { [field]: ['STOPPED'] } },
      {
        key: 'failed',
        title: trans.__('Failed'),
        query: {
          [field]: [
            'CREATE_FAILED',
            'START_FAILED',
            'STOP_FAILED',
            'REBOOT_FAILED',
            'DELETE_FAILED'
          ]
        }
      }
    ]
  };
}

/** Status, owner, instance type and time: in the lists of people and of administrators. */
export function stateColumns({ trans, locale }: IApp, at: number): IColumn<INotebook>[] {
  return [
    {
      key: 'status',
      title: trans.__('Status'),
      sort: 'notebookStatusCode',
      render: notebook => <NotebookChip notebook={notebook} />
    },
    {
      key: 'owner',
      title: trans.__('Owner'),
      sort: 'owner',
      optional: 1,
      render: notebook => notebook.owner
    },
    {
      key: 'flavor',
      title: trans.__('Instance type'),
      optional: 2,
      render: notebook => (
        <span title={machine(notebook.flavor, trans, locale)}>{notebook.flavor.name}</span>
      )
    },
    {
      key: 'elapsed',
      title: trans.__('Elapsed'),
      align: 'end',
      optional: 1,
      render: notebook => <NotebookElapsed notebook={notebook} at={at} />
    }
  ];
}

/** How long it has been running since its last start. */
export function NotebookElapsed(props: { notebook: INotebook; at: number }): JSX.Element {
  const { notebook, at } = props;
  const runs = notebook.notebookStatusCode === 'ACTIVE';
  return (
    <Elapsed
      of={{
        startedDatetime: runs ? notebook.startedDatetime : null,
        endedDatetime: null,
        elapsedTimeSeconds: notebook.elapsedTimeSeconds
      }}
      at={at}
    />
  );
}
