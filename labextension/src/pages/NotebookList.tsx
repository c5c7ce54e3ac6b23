/** The project's notebooks: whose each is, how it is, and the way into it. */

import React from 'react';

import { useApp } from '../app';
import { ListPage } from '../components/ListPage';
import { Loading } from '../components/Notice';
import { useConfiguration } from '../hooks';
import { notebookIcon } from '../icons';
import { hasFailed } from '../notebookWords';
import { NoHub } from './NoHub';
import { RowActions } from './NotebookActions';
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
