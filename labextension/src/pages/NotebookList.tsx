/** The project's notebooks: whose each is, how it is, and the way into it. */

import { addIcon } from '@jupyterlab/ui-components';
import React from 'react';

import { IApp, useApp } from '../app';
import { Button, LinkButton } from '../components/Button';
import { ListPage } from '../components/ListPage';
import { Loading } from '../components/Notice';
import type { IColumn } from '../components/Table';
import { Ago } from '../components/Times';
import { useConfiguration } from '../hooks';
import { notebookIcon } from '../icons';
import type { INotebook } from '../notebookTypes';
import { hasFailed } from '../notebookWords';
import { NoHub } from './NoHub';
import { Me, RowActions } from './NotebookActions';
import { notebookFilter, stateColumns } from './notebookColumns';
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
  const newButton = (
    <Button
      kind="accept"
      icon={addIcon}
      label={trans.__('New notebook')}
      onClick={() => app.open({ page: 'new-notebook' })}
    />
  );
  return (
    <ListPage
      title={trans.__('Notebooks')}
      api={model.client.notebooks}
      columns={at => columns(app, configuration.user, at)}
      idOf={notebook => notebook.notebookId}
      onOpen={notebook => app.open({ page: 'notebook', id: notebook.notebookId })}
      filter={notebookFilter(app)}
      actions={newButton}
      empty={{
        icon: notebookIcon,
        title: trans.__('No notebooks yet'),
        text: trans.__(
          'A notebook is a JupyterLab of your own on an instance of the hub. What is in its /root/easymaker is kept until it is deleted.'
        ),
        action: newButton
      }}
    />
  );
}

function columns(app: IApp, me: Me, at: number): IColumn<INotebook>[] {
  const { trans } = app;
  return [
    {
      key: 'name',
      title: trans.__('Name'),
      sort: 'notebookName',
      render: notebook => (
        <>
          <NotebookUpgrade notebook={notebook} me={me} compact />
          <LinkButton
            label={notebook.notebookName}
            onClick={() => app.open({ page: 'notebook', id: notebook.notebookId })}
          />
          <div className="em-mod-second">
            {hasFailed(notebook.notebookStatusCode)
              ? notebook.notebookStatusReason
              : notebook.description || notebook.image.imageName}
          </div>
        </>
      )
    },
    ...stateColumns(app, at),
    {
      key: 'created',
      title: trans.__('Created'),
      sort: 'createdDatetime',
      optional: 3,
      render: notebook => <Ago iso={notebook.createdDatetime} />
    },
    {
      key: 'actions',
      title: '',
      align: 'end',
      render: notebook => <RowActions notebook={notebook} me={me} />
    }
  ];
}
