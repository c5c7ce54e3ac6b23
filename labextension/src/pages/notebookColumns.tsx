/** What lists of notebooks show of each and are narrowed by: in people's lists and in the administrators'. */

import React from 'react';

import type { ICore } from '../app';
import type { IListFilter } from '../components/ListPage';
import { NotebookChip } from '../components/NotebookStatus';
import type { IColumn } from '../components/Table';
import { Elapsed } from '../components/Times';
import { machine } from '../format';
import type { INotebook } from '../notebookTypes';

/** What a list of notebooks can be narrowed to. */
export function notebookFilter({ trans }: ICore): IListFilter {
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
export function stateColumns({ trans, locale }: ICore, at: number): IColumn<INotebook>[] {
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
