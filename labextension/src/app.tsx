/** What every view may use, handed down once instead of through every component. */

import type { IEditorLanguageRegistry } from '@jupyterlab/codemirror';
import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { Contents } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import React from 'react';

import type { EasyMakerModel } from './model';
import type { IBatchInferenceCreate } from './batchInferenceTypes';
import type { INotebookCreate } from './notebookTypes';
import type { IStageCreate } from './endpointTypes';
import type { ITuningCreate } from './tuningTypes';
import type { ITrainingCreate } from './types';

/** A page of the main area: a list, one resource, or the form of a new training. */
export type PageName =
  | 'trainings'
  | 'experiments'
  | 'models'
  | 'training'
  | 'tunings'
  | 'tuning'
  | 'new-tuning'
  | 'experiment'
  | 'model'
  | 'new-training'
  | 'tensorboard'
  | 'comparison'
  | 'dashboard'
  | 'logs'
  | 'templates'
  | 'template'
  | 'template-form'
  | 'endpoints'
  | 'endpoint'
  | 'new-endpoint'
  | 'endpoint-stage'
  | 'batch-inferences'
  | 'batch-inference'
  | 'new-batch-inference'
  | 'notebooks'
  | 'notebook'
  | 'new-notebook'
  | 'private-images'
  | 'private-image'
  | 'registry-accounts'
  | 'registry-account'
  | 'administration';

export interface IPageAddress {
  page: PageName;
  /** The resource of a page about one. */
  id?: string;
  /** The trainings of a comparison. */
  ids?: string[];
  /** Whose TensorBoard it is; of a storage directory, the id is its URI. */
  of?: 'training' | 'hyperparameter-tuning' | 'experiment' | 'storage';
  /** What its tab said last: a page brought back does not ask for its name before it is looked at. */
  title?: string;
  /** What a form begins with. */
  initial?: Partial<ITrainingCreate>;
  /** What the form of a tuning begins with. */
  initialTuning?: Partial<ITuningCreate>;
  /** What the form of an endpoint begins with; with an `endpointId` it is that of a new stage. */
  initialEndpoint?: Partial<IStageCreate>;
  /** What the form of a batch inference begins with. */
  initialBatchInference?: Partial<IBatchInferenceCreate>;
  /** What the form of a notebook begins with. */
  initialNotebook?: Partial<INotebookCreate>;
}

/** What views need that are shown outside of JupyterLab, too: on the hub's administrators' page. */
export interface ICore {
  model: EasyMakerModel;
  trans: TranslationBundle;
  /** BCP 47, for dates and numbers. */
  locale: string;
}

export interface IApp extends ICore {
  commands: CommandRegistry;
  contents: Contents.IManager;
  /** The directory the file browser shows. */
  currentDirectory(): string;
  rendermime: IRenderMimeRegistry;
  languages: IEditorLanguageRegistry;
  /** Show a page, its tab if it is open already. */
  open(address: IPageAddress): void;
}

export const AppContext = React.createContext<ICore | null>(null);

export function useCore(): ICore {
  const core = React.useContext(AppContext);
  if (!core) {
    throw new Error('An EasyMaker view was rendered outside of its widget.');
  }
  return core;
}

export function useApp(): IApp {
  const core = useCore();
  if (!isApp(core)) {
    throw new Error('This EasyMaker view needs JupyterLab.');
  }
  return core;
}

function isApp(core: ICore): core is IApp {
  return 'commands' in core;
}

/** The widget a view lies in. */
export interface IHost {
  /** Whether it is on the screen; views rest while it is not. */
  visible: boolean;
  setTitle(label: string): void;
  close(): void;
}

export const HostContext = React.createContext<IHost>({
  visible: true,
  setTitle: () => undefined,
  close: () => undefined
});

export function useHost(): IHost {
  return React.useContext(HostContext);
}
