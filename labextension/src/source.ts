/** A script or notebook of the user's, sent to where trainings can take it from. */

import { PathExt } from '@jupyterlab/coreutils';
import type { IDocumentManager } from '@jupyterlab/docmanager';
import type { Contents } from '@jupyterlab/services';
import { strToU8, zipSync } from 'fflate';

import type { EasyMakerClient } from './client';
import type { ITrainingCreate } from './types';

const REQUIREMENTS = 'requirements.txt';
const NAME_LENGTH = 50;

/**
 * Store the file, and the requirements.txt beside it if there is one.
 *
 * @returns what the form of a new training begins with.
 */
export async function uploadSource(
  client: EasyMakerClient,
  documents: IDocumentManager,
  path: string
): Promise<Partial<ITrainingCreate>> {
  await saveOpen(documents, path);
  const contents = documents.services.contents;
  const directory = PathExt.dirname(path);
  const name = PathExt.basename(path);
  const files: Record<string, Uint8Array> = { [name]: await read(contents, path) };
  if (await exists(contents, directory, REQUIREMENTS)) {
    files[REQUIREMENTS] = await read(contents, PathExt.join(directory, REQUIREMENTS));
  }
  // The same files make the same archive, which the backend then keeps only once.
  const archive = zipSync(files, { mtime: new Date(1980, 0, 1), level: 6 });
  const { sourceDirUri } = await client.uploadSource(archive);
  const stem = PathExt.basename(name, PathExt.extname(name));
  return { trainingName: stem.slice(0, NAME_LENGTH), sourceDirUri, entryPoint: name };
}

/** People mean what they see: an open document is saved first. */
async function saveOpen(documents: IDocumentManager, path: string): Promise<void> {
  const widget = documents.findWidget(path);
  const context = widget && documents.contextForWidget(widget);
  if (context?.model.dirty) {
    await context.save();
  }
}

async function read(contents: Contents.IManager, path: string): Promise<Uint8Array> {
  const model = await contents.get(path, { content: true });
  if (model.format === 'base64') {
    return Uint8Array.from(atob(model.content as string), char => char.charCodeAt(0));
  }
  const text =
    typeof model.content === 'string' ? model.content : JSON.stringify(model.content, null, 1);
  return strToU8(text);
}

async function exists(
  contents: Contents.IManager,
  directory: string,
  name: string
): Promise<boolean> {
  const listing = await contents.get(directory, { content: true });
  return (listing.content as Contents.IModel[]).some(
    entry => entry.name === name && entry.type !== 'directory'
  );
}
