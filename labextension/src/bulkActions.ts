/** The same for several things at once: asked once, and what was refused is said of each. */

import { Dialog, showErrorMessage } from '@jupyterlab/apputils';

import { confirmed } from './confirmation';
import type { ICore } from './app';
import { sentenceOf } from './errors';

/** So many are named in a question or a refusal. */
const NAMED = 10;

export interface IBulk {
  question: string;
  warning: string;
  accept: string;
  /** Said above what was refused. */
  failure: string;
}

/** True when it was asked for; some may have been refused all the same. */
export async function doToAll<T>(
  app: ICore,
  items: T[],
  nameOf: (item: T) => string,
  words: IBulk,
  doing: (item: T) => Promise<unknown>
): Promise<boolean> {
  const { trans } = app;
  const names = items.slice(0, NAMED).map(nameOf).join(', ');
  const more = items.length > NAMED ? ` ${trans.__('and %1 more', items.length - NAMED)}` : '';
  if (!(await confirmed(app, words.question, `${words.warning} ${names}${more}.`, words.accept))) {
    return false;
  }
  const refused: string[] = [];
  // One after the other: a burst of them would only wait in the backend.
  for (const item of items) {
    try {
      await doing(item);
    } catch (error) {
      refused.push(`${nameOf(item)}: ${sentenceOf(error)}`);
    }
  }
  if (refused.length > 0) {
    await showErrorMessage(words.failure, refused.slice(0, NAMED).join('\n'), [
      Dialog.okButton({ label: trans.__('Close') })
    ]);
  }
  return true;
}
