/** Everything people can do from the palette, the launcher and the file browser. */

import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Dialog, ICommandPalette, showErrorMessage } from '@jupyterlab/apputils';
import type { IDocumentManager } from '@jupyterlab/docmanager';
import type { IFileBrowserFactory } from '@jupyterlab/filebrowser';
import type { ILauncher } from '@jupyterlab/launcher';
import { addIcon, LabIcon, refreshIcon, runIcon, searchIcon } from '@jupyterlab/ui-components';

import { createExperiment, createModel } from './actions';
import type { IApp } from './app';
import { sentenceOf } from './errors';
import {
  administrationIcon,
  batchInferenceIcon,
  dashboardIcon,
  easyMakerIcon,
  endpointIcon,
  experimentIcon,
  imageIcon,
  logSearchIcon,
  modelIcon,
  notebookIcon,
  registryAccountIcon,
  templateIcon,
  trainingIcon,
  tuningIcon
} from './icons';
import { uploadSource } from './source';

export const CommandIDs = {
  showPanel: 'easymaker:show-panel',
  newTraining: 'easymaker:new-training',
  newTuning: 'easymaker:new-tuning',
  newExperiment: 'easymaker:new-experiment',
  newModel: 'easymaker:new-model',
  newEndpoint: 'easymaker:new-endpoint',
  newBatchInference: 'easymaker:new-batch-inference',
  openTrainings: 'easymaker:open-trainings',
  openTunings: 'easymaker:open-tunings',
  openExperiments: 'easymaker:open-experiments',
  openModels: 'easymaker:open-models',
  openEndpoints: 'easymaker:open-endpoints',
  openBatchInferences: 'easymaker:open-batch-inferences',
  newNotebook: 'easymaker:new-notebook',
  openNotebooks: 'easymaker:open-notebooks',
  openPrivateImages: 'easymaker:open-private-images',
  openRegistryAccounts: 'easymaker:open-registry-accounts',
  openAdministration: 'easymaker:open-administration',
  openDashboard: 'easymaker:open-dashboard',
  searchLogs: 'easymaker:search-logs',
  search: 'easymaker:search',
  openTemplates: 'easymaker:open-templates',
  refresh: 'easymaker:refresh',
  runAsTraining: 'easymaker:run-as-training'
} as const;

interface IEntry {
  id: string;
  label: string;
  /** What the launcher's card says, where that is something else. */
  cardLabel?: string;
  caption: string;
  icon: LabIcon;
  execute(): void;
}

function entries(app: IApp, showPanel: () => void): IEntry[] {
  const { trans } = app;
  return [
    {
      id: CommandIDs.showPanel,
      label: trans.__('Show EasyMaker'),
      cardLabel: trans.__('EasyMaker'),
      caption: trans.__('Experiments, trainings and models of this project'),
      icon: easyMakerIcon,
      execute: showPanel
    },
    {
      id: CommandIDs.newTraining,
      label: trans.__('New training'),
      caption: trans.__('Run a script, a notebook or a provided algorithm as a training'),
      icon: trainingIcon,
      execute: () => app.open({ page: 'new-training' })
    },
    {
      id: CommandIDs.newTuning,
      label: trans.__('New tuning'),
      caption: trans.__('Find the best hyperparameters of a training by many trials'),
      icon: tuningIcon,
      execute: () => app.open({ page: 'new-tuning' })
    },
    {
      id: CommandIDs.newExperiment,
      label: trans.__('New experiment'),
      caption: trans.__('Group trainings that belong together'),
      icon: addIcon,
      execute: () => createExperiment(app)
    },
    {
      id: CommandIDs.newModel,
      label: trans.__('New model'),
      caption: trans.__('Register a model from a training or from a storage'),
      icon: addIcon,
      execute: () => createModel(app)
    },
    {
      id: CommandIDs.newEndpoint,
      label: trans.__('New endpoint'),
      caption: trans.__('Serve models behind a stable address'),
      icon: endpointIcon,
      execute: () => app.open({ page: 'new-endpoint' })
    },
    {
      id: CommandIDs.newBatchInference,
      label: trans.__('New batch inference'),
      caption: trans.__('Have a model score all rows of the files in a directory'),
      icon: batchInferenceIcon,
      execute: () => app.open({ page: 'new-batch-inference' })
    },
    {
      id: CommandIDs.openTrainings,
      label: trans.__('Open trainings'),
      caption: trans.__('All trainings of this project'),
      icon: trainingIcon,
      execute: () => app.open({ page: 'trainings' })
    },
    {
      id: CommandIDs.openTunings,
      label: trans.__('Open hyperparameter tunings'),
      caption: trans.__('All hyperparameter tunings of this project'),
      icon: tuningIcon,
      execute: () => app.open({ page: 'tunings' })
    },
    {
      id: CommandIDs.openExperiments,
      label: trans.__('Open experiments'),
      caption: trans.__('All experiments of this project'),
      icon: experimentIcon,
      execute: () => app.open({ page: 'experiments' })
    },
    {
      id: CommandIDs.openModels,
      label: trans.__('Open models'),
      caption: trans.__('All models of this project'),
      icon: modelIcon,
      execute: () => app.open({ page: 'models' })
    },
    {
      id: CommandIDs.openEndpoints,
      label: trans.__('Open endpoints'),
      caption: trans.__('All endpoints of this project'),
      icon: endpointIcon,
      execute: () => app.open({ page: 'endpoints' })
    },
    {
      id: CommandIDs.openBatchInferences,
      label: trans.__('Open batch inferences'),
      caption: trans.__('All batch inferences of this project'),
      icon: batchInferenceIcon,
      execute: () => app.open({ page: 'batch-inferences' })
    },
    {
      id: CommandIDs.openTemplates,
      label: trans.__('Open templates'),
      caption: trans.__('Settings kept to fill trainings and tunings with'),
      icon: templateIcon,
      execute: () => app.open({ page: 'templates' })
    },
    {
      id: CommandIDs.newNotebook,
      label: trans.__('New notebook instance'),
      caption: trans.__('A JupyterLab of your own on an instance of the hub'),
      icon: notebookIcon,
      execute: () => app.open({ page: 'new-notebook' })
    },
    {
      id: CommandIDs.openNotebooks,
      label: trans.__('Open notebook instances'),
      caption: trans.__('All notebooks of this project'),
      icon: notebookIcon,
      execute: () => app.open({ page: 'notebooks' })
    },
    {
      id: CommandIDs.openPrivateImages,
      label: trans.__('Open private images'),
      caption: trans.__('Images of this project, made from provided ones'),
      icon: imageIcon,
      execute: () => app.open({ page: 'private-images' })
    },
    {
      id: CommandIDs.openRegistryAccounts,
      label: trans.__('Open registry accounts'),
      caption: trans.__('With whose name and password private images are pulled'),
      icon: registryAccountIcon,
      execute: () => app.open({ page: 'registry-accounts' })
    },
    {
      id: CommandIDs.openAdministration,
      label: trans.__('Open administration'),
      caption: trans.__('Notebooks, use, quotas and actions of everybody, for administrators'),
      icon: administrationIcon,
      execute: () => app.open({ page: 'administration' })
    },
    {
      id: CommandIDs.openDashboard,
      label: trans.__('Open dashboard'),
      caption: trans.__('Counts, what uses the most, and how full the machine is'),
      icon: dashboardIcon,
      execute: () => app.open({ page: 'dashboard' })
    },
    {
      id: CommandIDs.searchLogs,
      label: trans.__('Search logs'),
      caption: trans.__('Search the logs of all trainings and batch inferences'),
      icon: logSearchIcon,
      execute: () => app.open({ page: 'logs' })
    },
    {
      id: CommandIDs.search,
      label: trans.__('Search everything'),
      caption: trans.__('Find a resource by name, description, tag or ID'),
      icon: searchIcon,
      execute: () => {
        showPanel();
        document.querySelector<HTMLElement>('.em-Panel-search input')?.focus();
      }
    },
    {
      id: CommandIDs.refresh,
      label: trans.__('Refresh'),
      caption: trans.__('Look at the backend and everything shown again'),
      icon: refreshIcon,
      execute: () => void app.model.refresh()
    }
  ];
}

export interface ICommandOptions {
  lab: JupyterFrontEnd;
  app: IApp;
  documents: IDocumentManager;
  showPanel(): void;
  palette: ICommandPalette | null;
  launcher: ILauncher | null;
  fileBrowser: IFileBrowserFactory | null;
}

export function addCommands(options: ICommandOptions): void {
  const { lab, app, palette, launcher } = options;
  const category = app.trans.__('EasyMaker');
  for (const entry of entries(app, options.showPanel)) {
    lab.commands.addCommand(entry.id, {
      ...entry,
      label: args => (args.isPalette ? entry.label : (entry.cardLabel ?? entry.label)),
      describedBy: { args: { type: 'object', properties: {} } }
    });
    palette?.addItem({ command: entry.id, category, args: { isPalette: true } });
  }
  const cards = [
    CommandIDs.showPanel,
    CommandIDs.newTraining,
    CommandIDs.newTuning,
    CommandIDs.newEndpoint,
    CommandIDs.newBatchInference
  ];
  cards.forEach((command, rank) => launcher?.add({ command, category, rank }));
  addRunAsTraining(options);
}

/** "Run as training" on the scripts and notebooks of the file browser. */
function addRunAsTraining(options: ICommandOptions): void {
  const { lab, app, documents, fileBrowser } = options;
  const { trans } = app;
  const selected = (): string | null => {
    const items = [...(fileBrowser?.tracker.currentWidget?.selectedItems() ?? [])];
    return items.length === 1 && /\.(py|ipynb)$/.test(items[0].name) ? items[0].path : null;
  };
  lab.commands.addCommand(CommandIDs.runAsTraining, {
    label: trans.__('Run as training'),
    caption: trans.__('Send this file to EasyMaker and open the form of a new training'),
    icon: runIcon.bindprops({ stylesheet: 'menuItem' }),
    isEnabled: () => selected() !== null,
    isVisible: () => selected() !== null,
    describedBy: {
      args: { type: 'object', properties: { path: { type: 'string', description: 'The file' } } }
    },
    execute: async args => {
      const path = (args.path as string | undefined) ?? selected();
      if (!path) {
        return;
      }
      try {
        const initial = await uploadSource(app.model.client, documents, path);
        app.open({ page: 'new-training', initial });
      } catch (error) {
        await showErrorMessage(trans.__('The file could not be sent'), sentenceOf(error), [
          Dialog.okButton({ label: trans.__('Close') })
        ]);
      }
    }
  });
  for (const type of ['notebook', 'python']) {
    lab.contextMenu.addItem({
      command: CommandIDs.runAsTraining,
      selector: `.jp-DirListing-item[data-file-type="${type}"]`,
      rank: 3
    });
  }
}
