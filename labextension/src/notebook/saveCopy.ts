/** Saves a notebook into the directory the file browser shows, without overwriting anything, and opens it. */

import { PathExt } from '@jupyterlab/coreutils';
import type { INotebookContent } from '@jupyterlab/nbformat';

import type { IApp } from '../app';

export async function saveCopy(app: IApp, name: string, content: INotebookContent): Promise<void> {
  const { contents, commands } = app;
  const directory = app.currentDirectory();
  const listing = await contents.get(directory, { content: true });
  const taken = new Set((listing.content as { name: string }[]).map(entry => entry.name));
  const stem = name.replace(/[\\/:*?"<>|]/g, '_');
  let file = `${stem}.ipynb`;
  for (let number = 1; taken.has(file); number++) {
    file = `${stem}-${number}.ipynb`;
  }
  const path = PathExt.join(directory, file);
  await contents.save(path, { type: 'notebook', format: 'json', content });
  await commands.execute('docmanager:open', { path });
}
