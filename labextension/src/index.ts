/** The JupyterLab side of EasyMaker: a panel, pages, commands, all fed by one model. */

import { ILayoutRestorer, JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { IEditorLanguageRegistry } from '@jupyterlab/codemirror';
import { IDocumentManager } from '@jupyterlab/docmanager';
import { IDefaultFileBrowser, IFileBrowserFactory } from '@jupyterlab/filebrowser';
import { ILauncher } from '@jupyterlab/launcher';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { ITranslator } from '@jupyterlab/translation';
import React from 'react';

import type { IApp } from './app';
import { EasyMakerClient } from './client';
import { addCommands } from './commands';
import { Http } from './http';
import { easyMakerIcon } from './icons';
import { EasyMakerModel } from './model';
import { SidePanel } from './panel/Panel';
import { Pages, View } from './shell';

const plugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-easymaker:plugin',
  description: 'Experiments, trainings and models of EasyMaker.',
  autoStart: true,
  requires: [IDocumentManager, IRenderMimeRegistry, IEditorLanguageRegistry, ITranslator],
  optional: [ICommandPalette, ILauncher, ILayoutRestorer, IFileBrowserFactory, IDefaultFileBrowser],
  activate: (
    lab: JupyterFrontEnd,
    documents: IDocumentManager,
    rendermime: IRenderMimeRegistry,
    languages: IEditorLanguageRegistry,
    translator: ITranslator,
    palette: ICommandPalette | null,
    launcher: ILauncher | null,
    restorer: ILayoutRestorer | null,
    fileBrowser: IFileBrowserFactory | null,
    browser: IDefaultFileBrowser | null
  ): void => {
    const client = new EasyMakerClient(new Http(lab.serviceManager.serverSettings));
    const pages: Pages = new Pages(lab, () => app);
    const app: IApp = {
      model: new EasyMakerModel(client),
      trans: translator.load('jupyter_easymaker'),
      locale: localeOf(translator.languageCode),
      commands: lab.commands,
      contents: lab.serviceManager.contents,
      currentDirectory: () => browser?.model.path ?? '',
      rendermime,
      languages,
      open: address => pages.open(address)
    };

    const panel = new View(app, React.createElement(SidePanel));
    panel.id = 'easymaker-panel';
    panel.title.icon = easyMakerIcon;
    panel.title.caption = app.trans.__('EasyMaker');
    panel.node.setAttribute('role', 'region');
    panel.node.setAttribute('aria-label', app.trans.__('EasyMaker'));
    lab.shell.add(panel, 'left', { rank: 600, type: 'EasyMaker' });

    if (restorer) {
      restorer.add(panel, panel.id);
      pages.restore(restorer);
    }
    const showPanel = (): void => lab.shell.activateById(panel.id);
    addCommands({ lab, app, documents, showPanel, palette, launcher, fileBrowser });
  }
};

/** JupyterLab writes `ko_KR`, browsers `ko-KR`; English people read numbers their browser's way. */
function localeOf(languageCode: string): string {
  const code = languageCode.replace('_', '-');
  return code.startsWith('en') ? navigator.language : code;
}

export default plugin;
