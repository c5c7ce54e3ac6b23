/** The status of a notebook, with its health while it runs. */

import React from 'react';

import { useCore } from '../app';
import type { INotebook } from '../notebookTypes';
import { notebookLabel, notebookTone } from '../notebookWords';

export function NotebookDot({ notebook }: { notebook: INotebook }): JSX.Element {
  const { trans } = useCore();
  const label = notebookLabel(notebook, trans);
  return (
    <span
      className={`em-Dot em-tone-${notebookTone(notebook)}`}
      role="img"
      aria-label={label}
      title={label}
    />
  );
}

export function NotebookChip({ notebook }: { notebook: INotebook }): JSX.Element {
  const { trans } = useCore();
  return (
    <span
      className={`em-Chip em-tone-${notebookTone(notebook)}`}
      data-status={notebook.notebookStatusCode}
      data-health={notebook.notebookHealthCode ?? undefined}
      title={notebook.notebookStatusReason || undefined}
    >
      <span className="em-Dot" aria-hidden="true" />
      {notebookLabel(notebook, trans)}
    </span>
  );
}
