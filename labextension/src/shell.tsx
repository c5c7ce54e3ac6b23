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
  dashboardIcon,
  logSearchIcon,
  easyMakerIcon,
  experimentIcon,
  modelIcon,
  templateIcon,
  tensorboardIcon,
  trainingIcon,
  tuningIcon
} from './icons';
import { Comparison } from './pages/Comparison';
import { ExperimentDetail } from './pages/ExperimentDetail';
import { ExperimentList } from './pages/ExperimentList';
import { ModelDetail } from './pages/ModelDetail';
import { ModelList } from './pages/ModelList';
import { NewTraining } from './pages/NewTraining';
import { NewTuning } from './pages/NewTuning';
import { Dashboard } from './pages/Dashboard';
import { LogSearch } from './pages/LogSearch';
import { EditTemplate } from './pages/EditTemplate';
import { TemplateDetail } from './pages/TemplateDetail';
import { TemplateList } from './pages/TemplateList';
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
  'template-form': templateIcon
};

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
    'template-form': trans.__('New template')
  };
  return titles[page];
}

function Page({ address }: { address: IPageAddress }): JSX.Element {
  const state = useContextState();
  const known = React.useRef(false);
  known.current ||= state?.status === 'ready';
  if (address.page === 'new-training') {
    return <NewTraining initial={address.initial} />;
  }
  if (address.page === 'new-tuning') {
    return <NewTuning initial={address.initialTuning} />;
  }
  if (!known.current) {
    return <BackendNotice />;
  }
  switch (address.page) {
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
    // Each form of a new training or tuning is its own; all else is shown once.
    const id =
      address.page === 'new-training' || address.page === 'new-tuning'
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
