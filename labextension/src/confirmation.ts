/** Asked once more before what cannot be undone, and why not when it is refused. */

import { Dialog, showDialog, showErrorMessage } from '@jupyterlab/apputils';

import type { ICore } from './app';
import { sentenceOf } from './errors';

/** Do it, and say why not when it is refused. True when it was done. */
export async function attempt(
  app: ICore,
  title: string,
  doing: () => Promise<unknown>
): Promise<boolean> {
  try {
    await doing();
    return true;
  } catch (error) {
    await showErrorMessage(title, sentenceOf(error), [
      Dialog.okButton({ label: app.trans.__('Close') })
    ]);
    return false;
  }
}

export async function confirmed(
  app: ICore,
  title: string,
  body: string,
  accept: string
): Promise<boolean> {
  const answer = await showDialog({
    title,
    body,
    buttons: [
      Dialog.cancelButton({ label: app.trans.__('Cancel') }),
      Dialog.warnButton({ label: accept })
    ],
    defaultButton: 0
  });
  return answer.button.accept;
}
