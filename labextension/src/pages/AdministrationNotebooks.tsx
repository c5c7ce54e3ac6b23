/** Everybody's notebooks, for administrators. */

import { deleteIcon, launchIcon, stopIcon } from '@jupyterlab/ui-components';
import React from 'react';

import { ICore, useCore } from '../app';
import { doToAll } from '../bulkActions';
import { Button, IconButton } from '../components/Button';
import type { IColumn } from '../components/Table';
import type { INotebook } from '../notebookTypes';
import { openNotebook } from '../notebookWindow';
import { isInProgress, mayStop } from '../notebookWords';
import type { IListQuery } from '../types';
import { AdministrationTable } from './AdministrationTable';
import { notebookFilter, stateColumns } from './notebookColumns';

export function AdministrationNotebooks(): JSX.Element {
  const app = useCore();
  const { model, trans } = app;
  const [option, setOption] = React.useState('all');
  const filter = notebookFilter(app);
  const statuses = JSON.stringify(filter.options.find(each => each.key === option)?.query ?? {});
  const ask = React.useCallback(
    (query: IListQuery, signal: AbortSignal) =>
      model.client.administration.notebooks(
        { ...query, ...(JSON.parse(statuses) as IListQuery) },
        signal
      ),
    [model, statuses]
  );
  return (
    <AdministrationTable
      label={trans.__('Notebooks of all users')}
      ask={ask}
      columns={at => columns(app, at)}
      idOf={notebook => notebook.notebookId}
      nameOf={nameOf}
      before={
        <select
          className="em-Input em-Select"
          aria-label={filter.label}
          value={option}
          onChange={event => setOption(event.target.value)}
        >
          {filter.options.map(one => (
            <option key={one.key} value={one.key}>
              {one.title}
            </option>
          ))}
        </select>
      }
      actions={(chosen, done) => (
        <>
          <Button
            icon={stopIcon}
            label={trans.__('Stop')}
            disabled={!chosen.some(each => mayStop(each.notebookStatusCode))}
            onClick={() => void stopAll(app, chosen).then(asked => asked && done())}
          />
          <Button
            icon={deleteIcon}
            label={trans.__('Delete')}
            disabled={!chosen.some(each => !isInProgress(each.notebookStatusCode))}
            onClick={() => void deleteAll(app, chosen).then(asked => asked && done())}
          />
        </>
      )}
    />
  );
}

function nameOf(notebook: INotebook): string {
  return `${notebook.notebookName} (${notebook.owner})`;
}

function stopAll(app: ICore, chosen: INotebook[]): Promise<boolean> {
  const { trans, model } = app;
  const items = chosen.filter(each => mayStop(each.notebookStatusCode));
  return doToAll(
    app,
    items,
    nameOf,
    {
      question: trans._n('Stop %1 notebook?', 'Stop %1 notebooks?', items.length, items.length),
      warning: trans.__(
        'What runs in them is ended, their data storage stays. This cannot be cancelled once it is asked.'
      ),
      accept: trans.__('Stop'),
      failure: trans.__('Not all of them could be stopped')
    },
    each => model.client.of(each.appKey).notebooks.act(each.notebookId, 'stop')
  );
}

function deleteAll(app: ICore, chosen: INotebook[]): Promise<boolean> {
  const { trans, model } = app;
  const items = chosen.filter(each => !isInProgress(each.notebookStatusCode));
  return doToAll(
    app,
    items,
    nameOf,
    {
      question: trans._n('Delete %1 notebook?', 'Delete %1 notebooks?', items.length, items.length),
      warning: trans.__(
        'Their boot and data storage are deleted with everything in them. This cannot be undone.'
      ),
      accept: trans.__('Delete'),
      failure: trans.__('Not all of them could be deleted')
    },
    each => model.client.of(each.appKey).notebooks.delete(each.notebookId)
  );
}

function columns(app: ICore, at: number): IColumn<INotebook>[] {
  const { trans } = app;
  return [
    {
      key: 'name',
      title: trans.__('Name'),
      sort: 'notebookName',
      render: notebook => (
        <>
          {notebook.notebookName}
          <div className="em-mod-second">{notebook.notebookStatusReason}</div>
        </>
      )
    },
    { key: 'project', title: trans.__('Project'), render: notebook => notebook.appKey },
    ...stateColumns(app, at),
    {
      key: 'actions',
      title: '',
      align: 'end',
      render: notebook => (
        <IconButton
          icon={launchIcon}
          label={trans.__('Open %1 in a new window', notebook.notebookName)}
          disabled={!notebook.openable}
          onClick={() => openNotebook(notebook)}
        />
      )
    }
  ];
}
