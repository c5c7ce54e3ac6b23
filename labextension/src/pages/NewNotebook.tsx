/** The form of a new notebook, as a tab of its own. */

import React from 'react';

import { useApp, useHost } from '../app';
import { Loading } from '../components/Notice';
import { NotebookForm } from '../form';
import { useConfiguration } from '../hooks';
import type { INotebookCreate } from '../notebookTypes';
import { NoHub } from './NoHub';

export function NewNotebook(props: { initial?: Partial<INotebookCreate> }): JSX.Element {
  const app = useApp();
  const host = useHost();
  const configuration = useConfiguration();
  if (!configuration) {
    return <Loading />;
  }
  if (!configuration.hasHub) {
    return <NoHub />;
  }
  return (
    <NotebookForm
      model={app.model}
      trans={app.trans}
      initial={props.initial}
      onCancel={host.close}
      onCreated={notebook => {
        host.close();
        app.open({ page: 'notebook', id: notebook.notebookId });
      }}
    />
  );
}
