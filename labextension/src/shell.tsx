/** Pages as tabs of the main area: opened once each, found again after a reload. */

import type { ILayoutRestorer, JupyterFrontEnd } from '@jupyterlab/application';
import { MainAreaWidget, WidgetTracker } from '@jupyterlab/apputils';
import { LabIcon, ReactWidget } from '@jupyterlab/ui-components';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import type { Message } from '@lumino/messaging';
import React from 'react';

import { AppContext, HostContext, IApp, IHost, IPageAddress, PageName } from './app';
import { BackendNotice } from './components/BackendNotice';
import { useContextState } from './hooks';
import {
  administrationIcon,
  batchInferenceIcon,
  dashboardIcon,
  endpointIcon,
  logSearchIcon,
  easyMakerIcon,
  experimentIcon,
  imageIcon,
  modelIcon,
  notebookIcon,
  registryAccountIcon,
  templateIcon,
  tensorboardIcon,
  trainingIcon,
  tuningIcon
} from './icons';
import { Administration } from './pages/Administration';
import { BatchInferenceDetail } from './pages/BatchInferenceDetail';
import { BatchInferenceList } from './pages/BatchInferenceList';
import { Comparison } from './pages/Comparison';
import { EndpointDetail } from './pages/EndpointDetail';
import { EndpointList } from './pages/EndpointList';
import { ExperimentDetail } from './pages/ExperimentDetail';
import { ExperimentList } from './pages/ExperimentList';
import { ModelDetail } from './pages/ModelDetail';
import { ModelList } from './pages/ModelList';
import { NewBatchInference } from './pages/NewBatchInference';
import { NewNotebook } from './pages/NewNotebook';
import { NewEndpoint } from './pages/NewEndpoint';
import { NewTraining } from './pages/NewTraining';
import { NewTuning } from './pages/NewTuning';
import { NotebookDetail } from './pages/NotebookDetail';
import { NotebookList } from './pages/NotebookList';
import { PrivateImageDetail } from './pages/PrivateImageDetail';
import { PrivateImageList } from './pages/PrivateImageList';
import { RegistryAccountDetail } from './pages/RegistryAccountDetail';
import { RegistryAccountList } from './pages/RegistryAccountList';
import { Dashboard } from './pages/Dashboard';
import { LogSearch } from './pages/LogSearch';
import { EditTemplate } from './pages/EditTemplate';
import { TemplateDetail } from './pages/TemplateDetail';
import { TemplateList } from './pages/TemplateList';
import { StageDetail } from './pages/StageDetail';
import { Tensorboard } from './pages/Tensorboard';
import { TrainingDetail } from './pages/TrainingDetail';
import { TrainingList } from './pages/TrainingList';
import { TuningDetail } from './pages/TuningDetail';
import { TuningList } from './pages/TuningList';

export const OPEN_PAGE = 'easymaker:open-page';

const ICONS: Record<PageName, LabIcon> = {
  trainings: trainingIcon,
  experiments: experimentIcon,
  models: modelIcon,
  training: trainingIcon,
  tunings: tuningIcon,
  tuning: tuningIcon,
  'new-tuning': tuningIcon,
  experiment: experimentIcon,
  model: modelIcon,
  'new-training': easyMakerIcon,
  tensorboard: tensorboardIcon,
  comparison: trainingIcon,
  dashboard: dashboardIcon,
  logs: logSearchIcon,
  templates: templateIcon,
  template: templateIcon,
  'template-form': templateIcon,
  endpoints: endpointIcon,
  endpoint: endpointIcon,
  'new-endpoint': endpointIcon,
  'endpoint-stage': endpointIcon,
  'batch-inferences': batchInferenceIcon,
  'batch-inference': batchInferenceIcon,
  'new-batch-inference': batchInferenceIcon,
  notebooks: notebookIcon,
  notebook: notebookIcon,
  'new-notebook': notebookIcon,
  'private-images': imageIcon,
  'private-image': imageIcon,
  'registry-accounts': registryAccountIcon,
  'registry-account': registryAccountIcon,
  administration: administrationIcon
};

/** Each of these is its own; all other pages are shown once. */
const FORMS: PageName[] = [
  'new-training',
  'new-tuning',
  'new-endpoint',
  'new-batch-inference',
  'new-notebook'
];

function titleOf({ page }: IPageAddress, { trans }: IApp): string {
  const titles: Record<PageName, string> = {
    trainings: trans.__('Trainings'),
    experiments: trans.__('Experiments'),
    models: trans.__('Models'),
    training: trans.__('Training'),
    tunings: trans.__('Hyperparameter tunings'),
    tuning: trans.__('Hyperparameter tuning'),
    'new-tuning': trans.__('New tuning'),
    experiment: trans.__('Experiment'),
    model: trans.__('Model'),
    'new-training': trans.__('New training'),
    tensorboard: 'TensorBoard',
    comparison: trans.__('Comparison'),
    dashboard: trans.__('Dashboard'),
    logs: trans.__('Log search'),
    templates: trans.__('Templates'),
    template: trans.__('Template'),
    'template-form': trans.__('New template'),
    endpoints: trans.__('Endpoints'),
    endpoint: trans.__('Endpoint'),
    'new-endpoint': trans.__('New endpoint'),
    'endpoint-stage': trans.__('Endpoint stage'),
    'batch-inferences': trans.__('Batch inferences'),
    'batch-inference': trans.__('Batch inference'),
    'new-batch-inference': trans.__('New batch inference'),
    notebooks: trans.__('Notebooks'),
    notebook: trans.__('Notebook'),
    'new-notebook': trans.__('New notebook'),
    'private-images': trans.__('Private images'),
    'private-image': trans.__('Private image'),
    'registry-accounts': trans.__('Registry accounts'),
    'registry-account': trans.__('Registry account'),
    administration: trans.__('Administration')
  };
  return titles[page];
}

function Page({ address }: { address: IPageAddress }): JSX.Element {
  const state = useContextState();
  // What is shown stays, a form that was begun above all, whatever happens to the backend meanwhile.
  const known = React.useRef(false);
  known.current ||= state?.status === 'ready';
  if (!known.current) {
    return <BackendNotice />;
  }
  switch (address.page) {
    case 'new-training':
      return <NewTraining initial={address.initial} />;
    case 'new-tuning':
      return <NewTuning initial={address.initialTuning} />;
    case 'endpoints':
      return <EndpointList />;
    case 'endpoint':
      return <EndpointDetail id={address.id ?? ''} />;
    case 'new-endpoint':
      return <NewEndpoint initial={address.initialEndpoint} />;
    case 'endpoint-stage':
      return <StageDetail id={address.id ?? ''} />;
    case 'batch-inferences':
      return <BatchInferenceList />;
    case 'batch-inference':
      return <BatchInferenceDetail id={address.id ?? ''} />;
    case 'new-batch-inference':
      return <NewBatchInference initial={address.initialBatchInference} />;
    case 'notebooks':
      return <NotebookList />;
    case 'notebook':
      return <NotebookDetail id={address.id ?? ''} />;
    case 'new-notebook':
      return <NewNotebook initial={address.initialNotebook} />;
    case 'private-images':
      return <PrivateImageList />;
    case 'private-image':
      return <PrivateImageDetail id={address.id ?? ''} />;
    case 'registry-accounts':
      return <RegistryAccountList />;
    case 'registry-account':
      return <RegistryAccountDetail id={address.id ?? ''} />;
    case 'administration':
      return <Administration />;
    case 'trainings':
      return <TrainingList />;
    case 'experiments':
      return <ExperimentList />;
    case 'models':
      return <ModelList />;
    case 'training':
      return <TrainingDetail id={address.id ?? ''} />;
    case 'tunings':
      return <TuningList />;
    case 'tuning':
      return <TuningDetail id={address.id ?? ''} />;
    case 'experiment':
      return <ExperimentDetail id={address.id ?? ''} />;
    case 'model':
      return <ModelDetail id={address.id ?? ''} />;
    case 'comparison':
      return <Comparison ids={address.ids ?? []} />;
    case 'dashboard':
      return <Dashboard />;
    case 'logs':
      return <LogSearch />;
    case 'templates':
      return <TemplateList />;
    case 'template':
      return <TemplateDetail id={address.id ?? ''} />;
    case 'template-form':
      return <EditTemplate id={address.id} />;
    case 'tensorboard':
      return <Tensorboard of={address.of ?? 'training'} id={address.id ?? ''} />;
  }
}

/** A React view that knows whether it is on the screen. */
export class View extends ReactWidget {
  constructor(
    private readonly app: IApp,
    private readonly content: JSX.Element,
    private readonly host: Omit<IHost, 'visible'> = {
      setTitle: () => undefined,
      close: () => undefined
    }
  ) {
    super();
    this.addClass('em-View');
  }

  protected render(): JSX.Element {
    return (
      <AppContext.Provider value={this.app}>
        <HostContext.Provider value={{ ...this.host, visible: this.isVisible }}>
          {this.content}
        </HostContext.Provider>
      </AppContext.Provider>
    );
  }

  protected onAfterShow(msg: Message): void {
    super.onAfterShow(msg);
    this.update();
  }

  protected onAfterHide(msg: Message): void {
    super.onAfterHide(msg);
    this.update();
  }
}

/** Opens pages, and remembers them for the next time. */
export class Pages {
  constructor(
    private readonly lab: JupyterFrontEnd,
    private readonly appOf: () => IApp
  ) {
    lab.commands.addCommand(OPEN_PAGE, {
      label: args => titleOf(args as unknown as IPageAddress, this.appOf()),
      execute: args => this.open(args as unknown as IPageAddress),
      describedBy: { args: { type: 'object', properties: { page: { type: 'string' } } } }
    });
  }

  /** Bring back the tabs of the last time. */
  restore(restorer: ILayoutRestorer): void {
    void restorer.restore(this.tracker, {
      command: OPEN_PAGE,
      args: widget => this.addresses.get(widget) as unknown as ReadonlyPartialJSONObject,
      name: widget => widget.id
    });
  }

  open(address: IPageAddress): void {
    const id = FORMS.includes(address.page)
      ? `easymaker-${address.page}-${Date.now()}`
      : ['easymaker', address.page, address.id, ...(address.ids ?? [])].filter(Boolean).join('-');
    const known = this.tracker.find(widget => widget.id === id);
    const widget = known ?? this.create(id, address);
    if (!widget.isAttached) {
      this.lab.shell.add(widget, 'main');
    }
    this.lab.shell.activateById(widget.id);
  }

  private create(id: string, address: IPageAddress): MainAreaWidget {
    const app = this.appOf();
    const view = new View(app, <Page address={address} />, {
      setTitle: title => {
        widget.title.label = title;
        widget.title.caption = title;
        this.addresses.set(widget, { ...address, title });
        void this.tracker.save(widget);
      },
      close: () => widget.close()
    });
    const widget = new MainAreaWidget({ content: view });
    widget.id = id;
    widget.addClass('em-Page');
    widget.toolbar.hide(); // pages have their actions beside what they act on
    widget.title.label = address.title ?? titleOf(address, app);
    widget.title.icon = ICONS[address.page];
    widget.title.closable = true;
    this.addresses.set(widget, address);
    void this.tracker.add(widget);
    return widget;
  }

  private readonly addresses = new WeakMap<MainAreaWidget, IPageAddress>();
  private readonly tracker = new WidgetTracker<MainAreaWidget>({ namespace: 'easymaker' });
}
