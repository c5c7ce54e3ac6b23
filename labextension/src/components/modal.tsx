/** A small form over everything else: the browser's own dialog, which keeps the focus and closes on Escape. */

import { ReactWidget } from '@jupyterlab/ui-components';
import { Widget } from '@lumino/widgets';
import React from 'react';

import { AppContext, ICore } from '../app';

export function openModal(
  app: ICore,
  title: string,
  render: (close: () => void) => JSX.Element,
  look = ''
): void {
  const dialog = document.createElement('dialog');
  dialog.className = `em-Modal ${look}`.trim();
  dialog.setAttribute('aria-label', title);
  const close = (): void => dialog.close();
  const widget = ReactWidget.create(
    <AppContext.Provider value={app}>
      <h2 className="em-Modal-title">{title}</h2>
      {render(close)}
    </AppContext.Provider>
  );
  widget.addClass('em-Modal-body');
  // Forms come when their schema does: until then the dialog itself has the focus.
  const focus = new MutationObserver(() => {
    if (document.activeElement === dialog) {
      dialog.querySelector<HTMLElement>('input, select, textarea')?.focus();
    }
  });
  focus.observe(dialog, { childList: true, subtree: true });
  dialog.addEventListener('close', () => {
    focus.disconnect();
    Widget.detach(widget);
    widget.dispose();
    dialog.remove();
  });
  document.body.append(dialog);
  Widget.attach(widget, dialog);
  dialog.showModal();
}
