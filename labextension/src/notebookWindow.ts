/** The way into a notebook. */

import type { INotebook } from './notebookTypes';

/** Open it in a window of its own. */
export function openNotebook(notebook: INotebook): void {
  window.open(notebook.notebookAccessUri, '_blank', 'noopener');
}
