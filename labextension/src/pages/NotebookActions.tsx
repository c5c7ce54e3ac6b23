/** What can be done with a notebook now: in a row of a list, and on its page. */

import {
  copyIcon,
  deleteIcon,
  editIcon,
  launchIcon,
  refreshIcon,
  runIcon,
  stopIcon
} from '@jupyterlab/ui-components';
import React from 'react';

import { useApp, useHost } from '../app';
import { Button, IconButton } from '../components/Button';
import { swapIcon } from '../icons';
import {
  actOnNotebook,
  changeFlavor,
  copyNotebook,
  deleteNotebook,
  editNotebook
} from '../notebookActions';
import type { INotebook } from '../notebookTypes';
import { openNotebook } from '../notebookWindow';
import { isInProgress, mayChangeFlavor, mayStart, mayStop } from '../notebookWords';
import type { IConfiguration } from '../types';

export type Me = IConfiguration['user'] | undefined;

/** Its owner and administrators do things to it; others look. */
export function isMine(notebook: INotebook, me: Me): boolean {
  return me !== undefined && (me.isAdmin || me.userId === notebook.owner);
}

export function RowActions(props: { notebook: INotebook; me: Me }): JSX.Element {
  const app = useApp();
  const { trans } = app;
  const { notebook } = props;
  const { notebookName: name, notebookStatusCode: status } = notebook;
  const mine = isMine(notebook, props.me);
  return (
    <span className="em-RowActions">
      <IconButton
        icon={launchIcon}
        label={trans.__('Open %1 in a new window', name)}
        disabled={!notebook.openable}
        onClick={() => openNotebook(notebook)}
      />
      {mayStart(status) ? (
        <IconButton
          icon={runIcon}
          label={trans.__('Start %1', name)}
          disabled={!mine}
          onClick={() => void actOnNotebook(app, notebook, 'start')}
        />
      ) : (
        <IconButton
          icon={stopIcon}
          label={trans.__('Stop %1', name)}
          disabled={!mine || !mayStop(status)}
          onClick={() => void actOnNotebook(app, notebook, 'stop')}
        />
      )}
      <IconButton
        icon={copyIcon}
        label={trans.__('Copy %1', name)}
        onClick={() => copyNotebook(app, notebook)}
      />
      <IconButton
        icon={deleteIcon}
        label={trans.__('Delete %1', name)}
        disabled={!mine || isInProgress(status)}
        onClick={() => void deleteNotebook(app, notebook)}
      />
    </span>
  );
}

export function DetailActions(props: { notebook: INotebook; me: Me }): JSX.Element {
  const app = useApp();
  const host = useHost();
  const { trans } = app;
  const { notebook } = props;
  const { notebookStatusCode: status } = notebook;
  const mine = isMine(notebook, props.me);
  const busy = isInProgress(status);
  const whose = mine ? undefined : trans.__('Only %1 and administrators do this.', notebook.owner);
  const remove = async (): Promise<void> => {
    if (await deleteNotebook(app, notebook)) {
      host.close();
    }
  };
  return (
    <>
      <Button
        kind="accept"
        icon={launchIcon}
        label={trans.__('Open notebook')}
        caption={whose ?? trans.__('In a new window; while it is active')}
        disabled={!notebook.openable}
        onClick={() => openNotebook(notebook)}
      />
      {mayStart(status) ? (
        <Button
          icon={runIcon}
          label={trans.__('Start')}
          caption={whose}
          disabled={!mine}
          onClick={() => void actOnNotebook(app, notebook, 'start')}
        />
      ) : (
        <Button
          icon={stopIcon}
          label={trans.__('Stop')}
          caption={whose}
          disabled={!mine || !mayStop(status)}
          onClick={() => void actOnNotebook(app, notebook, 'stop')}
        />
      )}
      <Button
        icon={refreshIcon}
        label={trans.__('Reboot')}
        caption={whose}
        disabled={!mine || !mayStop(status)}
        onClick={() => void actOnNotebook(app, notebook, 'reboot')}
      />
      <Button
        icon={swapIcon}
        label={trans.__('Change instance type')}
        caption={whose ?? (mayChangeFlavor(status) ? undefined : trans.__('Stop it first'))}
        disabled={!mine || !mayChangeFlavor(status)}
        onClick={() => changeFlavor(app, notebook)}
      />
      <Button
        icon={copyIcon}
        label={trans.__('Copy')}
        caption={trans.__('New notebook with the same settings')}
        onClick={() => copyNotebook(app, notebook)}
      />
      <Button
        icon={editIcon}
        label={trans.__('Edit')}
        caption={whose ?? trans.__('Change name, description and tags')}
        disabled={!mine}
        onClick={() => editNotebook(app, notebook)}
      />
      <Button
        icon={deleteIcon}
        label={trans.__('Delete')}
        caption={whose}
        disabled={!mine || busy}
        onClick={() => void remove()}
      />
    </>
  );
}
