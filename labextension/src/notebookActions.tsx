/** What people do to notebooks, from wherever they do it. An action once asked cannot be cancelled: each is confirmed. */

import React from 'react';

import { attempt, confirmed } from './confirmation';
import type { IApp } from './app';
import { EditForm } from './components/EditForm';
import { openModal } from './components/modal';
import { FlavorChange } from './form';
import type { NotebookAction, NotebookApi } from './notebookApi';
import type { INotebook } from './notebookTypes';

/**
 * @param api - of the notebook's project, where that is not the panel's.
 */
export async function actOnNotebook(
  app: IApp,
  notebook: INotebook,
  action: NotebookAction,
  api: NotebookApi = app.model.client.notebooks
): Promise<boolean> {
  const { trans } = app;
  const words = actionWords(app, notebook.notebookName)[action];
  const sure = await confirmed(app, words.question, words.warning, words.accept);
  return (
    sure &&
    attempt(app, trans.__('The notebook could not be changed'), () =>
      api.act(notebook.notebookId, action)
    )
  );
}

function actionWords(
  app: IApp,
  name: string
): Record<NotebookAction, { question: string; warning: string; accept: string }> {
  const { trans } = app;
  return {
    start: {
      question: trans.__('Start “%1”?', name),
      warning: trans.__('This cannot be cancelled once it is asked, and may take some minutes.'),
      accept: trans.__('Start')
    },
    stop: {
      question: trans.__('Stop “%1”?', name),
      warning: trans.__(
        'What runs in it is ended. The boot storage is made anew at the next start: only what is in /root/easymaker stays, environments in its custom-conda-envs included. This cannot be cancelled once it is asked.'
      ),
      accept: trans.__('Stop')
    },
    reboot: {
      question: trans.__('Reboot “%1”?', name),
      warning: trans.__(
        'What runs in it is ended and the boot storage is made anew: only what is in /root/easymaker stays, environments in its custom-conda-envs included. This cannot be cancelled once it is asked.'
      ),
      accept: trans.__('Reboot')
    }
  };
}

/** Open the form of a new one with the settings of this one. */
export function copyNotebook(app: IApp, notebook: INotebook): void {
  app.open({
    page: 'new-notebook',
    initialNotebook: {
      imageId: notebook.image.imageId,
      notebookName: notebook.notebookName,
      description: notebook.description,
      flavorId: notebook.flavor.id,
      bootStorageSize: notebook.bootStorage.storageSize,
      dataStorageSize: notebook.dataStorageList[0]?.storageSize,
      nasList: notebook.nasList,
      tagList: notebook.tagList
    }
  });
}

export function editNotebook(app: IApp, notebook: INotebook): void {
  openModal(app, app.trans.__('Edit notebook'), close => (
    <EditForm
      initial={{
        name: notebook.notebookName,
        description: notebook.description,
        tagList: notebook.tagList
      }}
      nameField="notebookName"
      close={close}
      save={({ name, description, tagList }) =>
        app.model.client.notebooks.update(notebook.notebookId, {
          notebookName: name,
          description,
          tagList
        })
      }
    />
  ));
}

export function changeFlavor(app: IApp, notebook: INotebook): void {
  openModal(app, app.trans.__('Change instance type'), close => (
    <FlavorChange notebook={notebook} close={close} />
  ));
}

export async function deleteNotebook(
  app: IApp,
  notebook: INotebook,
  api: NotebookApi = app.model.client.notebooks
): Promise<boolean> {
  const { trans } = app;
  const sure = await confirmed(
    app,
    trans.__('Delete “%1”?', notebook.notebookName),
    trans.__(
      'Its boot and data storage are deleted with everything in them; a NAS stays. This cannot be undone, nor cancelled once it is asked.'
    ),
    trans.__('Delete')
  );
  return (
    sure &&
    attempt(app, trans.__('The notebook could not be deleted'), () =>
      api.delete(notebook.notebookId)
    )
  );
}
