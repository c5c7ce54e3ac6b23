/** That a notebook runs on an old version of its cluster, until when, and the restart that ends this. */

import { refreshIcon } from '@jupyterlab/ui-components';
import React from 'react';

import { useApp } from '../app';
import { Button, IconButton } from '../components/Button';
import { dateTime } from '../format';
import { actOnNotebook } from '../notebookActions';
import type { INotebook } from '../notebookTypes';
import { mayStart, mayStop } from '../notebookWords';
import { isMine, Me } from './NotebookActions';

/** @param compact - a button before the name, which says the rest on hovering. */
export function NotebookUpgrade(props: {
  notebook: INotebook;
  me: Me;
  compact?: boolean;
}): JSX.Element | null {
  const app = useApp();
  const { trans, locale } = app;
  const { notebook } = props;
  const notice = notebook.upgradeNotice;
  if (!notice) {
    return null;
  }
  const { notebookStatusCode: status } = notebook;
  const until =
    notice.expiresDatetime &&
    trans.__('The old version ends on %1.', dateTime(notice.expiresDatetime, locale));
  const disabled = !isMine(notebook, props.me) || !(mayStop(status) || mayStart(status));
  const restart = (): void =>
    void actOnNotebook(app, notebook, mayStop(status) ? 'reboot' : 'start');
  if (props.compact) {
    return (
      <span className="em-Notebook-upgrade em-tone-busy">
        <IconButton
          icon={refreshIcon}
          label={[trans.__('Restart %1', notebook.notebookName), notice.reason, until]
            .filter(Boolean)
            .join('\n')}
          disabled={disabled}
          onClick={restart}
        />
      </span>
    );
  }
  return (
    <div className="em-Upgrade em-Notebook-notice em-tone-busy" role="note">
      <span>
        {notice.reason} {until}
      </span>
      <Button
        icon={refreshIcon}
        label={trans.__('Restart')}
        disabled={disabled}
        onClick={restart}
      />
    </div>
  );
}
