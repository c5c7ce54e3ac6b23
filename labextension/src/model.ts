/** What all views of the panel share: the backend's state, the counts, and word of what changed. */

import { IDisposable } from '@lumino/disposable';
import { ISignal, Signal } from '@lumino/signaling';

import type { EasyMakerClient } from './client';
import { ApiError, sentenceOf } from './errors';
import { EventStream } from './events';
import type { IContext, ICounts, IResourceEvent, ResourceKind, ResourceType } from './types';

/** Milliseconds between two words to the views: the first event is told at once, a burst costs one more look. */
const GATHER = 250;
/** Milliseconds a hidden browser tab keeps its connection. */
const LINGER = 10_000;
/** Milliseconds between looks at a backend that is not ready. */
const LOOK = { starting: 1000, failed: 5000, missing: 30_000 };

/** What changed since views were last told. */
export interface IChange {
  /** Anything may have changed: look at everything again. */
  all: boolean;
  events: IResourceEvent[];
}

export class EasyMakerModel implements IDisposable {
  constructor(readonly client: EasyMakerClient) {
    this.stream = new EventStream(client);
    this.stream.received.connect((_, event) => this.gather(event));
    this.stream.missed.connect(() => this.tell({ all: true, events: [] }));
    this.stream.broken.connect(() => void this.refreshContext());
    document.addEventListener('visibilitychange', this.onVisibility);
    void this.refreshContext();
  }

  /** The backend's state; null before the first answer. */
  get context(): IContext | null {
    return this._context;
  }

  get contextChanged(): ISignal<this, IContext> {
    return this._contextChanged;
  }

  get ready(): boolean {
    return this._context?.status === 'ready';
  }

  /** How many resources there are; null before the first answer. */
  get counts(): ICounts | null {
    return this._counts;
  }

  get countsChanged(): ISignal<this, ICounts> {
    return this._countsChanged;
  }

  /** Told at most four times a second, and not while the browser tab is hidden. */
  get changed(): ISignal<this, IChange> {
    return this._changed;
  }

  /** Told when something that is watched is different. */
  get progressed(): ISignal<unknown, string> {
    return this.stream.progressed;
  }

  /** Watch something that changes without events, until the answer is disposed of. */
  watch(watched: string): IDisposable {
    return this.stream.watch(watched);
  }

  get isDisposed(): boolean {
    return this._disposed;
  }

  dispose(): void {
    if (this._disposed) {
      return;
    }
    this._disposed = true;
    document.removeEventListener('visibilitychange', this.onVisibility);
    [this.lookTimer, this.gatherTimer, this.lingerTimer].forEach(timer => clearTimeout(timer));
    this.stream.dispose();
    Signal.clearData(this);
  }

  /** Look at everything again, the backend's state first. */
  async refresh(): Promise<void> {
    await this.refreshContext();
    if (this.ready) {
      this.tell({ all: true, events: [] });
    }
  }

  private async refreshContext(): Promise<void> {
    clearTimeout(this.lookTimer);
    let context: IContext;
    try {
      context = await this.client.context();
    } catch (error) {
      const status = error instanceof ApiError && error.notFound ? 'missing' : 'failed';
      context = { ...UNKNOWN, ...this._context, status, reason: sentenceOf(error) };
    }
    if (this._disposed) {
      return;
    }
    const wasReady = this.ready;
    this._context = context;
    this.client.appKey = context.appKey || this.client.appKey;
    this._contextChanged.emit(context);
    if (context.status !== 'ready') {
      this.stream.stop();
      this.stream.forget();
      this.lookTimer = window.setTimeout(() => void this.refreshContext(), LOOK[context.status]);
    } else if (!wasReady) {
      this.stream.start();
      this.tell({ all: true, events: [] });
    }
  }

  private async refreshCounts(): Promise<void> {
    try {
      this._counts = await this.client.counts();
    } catch {
      // The stream and the context say what is wrong with the backend; the next event counts again.
      return;
    }
    if (!this._disposed) {
      this._countsChanged.emit(this._counts);
    }
  }

  private gather(event: IResourceEvent): void {
    this.gathered.push(event);
    if (this.gatherTimer === undefined && !document.hidden) {
      const rest = this.flushedAt + GATHER - Date.now();
      this.gatherTimer = window.setTimeout(() => this.flush(), Math.max(rest, 0));
    }
  }

  private flush(): void {
    this.gatherTimer = undefined;
    if (this.gathered.length > 0) {
      this.flushedAt = Date.now();
      this.tell({ all: false, events: this.gathered.splice(0) });
    }
  }

  private tell(change: IChange): void {
    void this.refreshCounts();
    this._changed.emit(change);
  }

  private readonly onVisibility = (): void => {
    clearTimeout(this.lingerTimer);
    if (document.hidden) {
      this.lingerTimer = window.setTimeout(() => this.stream.stop(), LINGER);
    } else if (this.ready) {
      this.stream.start();
      this.flush();
    }
  };

  private readonly stream: EventStream;
  private gathered: IResourceEvent[] = [];
  private gatherTimer: number | undefined;
  private flushedAt = 0;
  private lingerTimer: number | undefined;
  private lookTimer: number | undefined;
  private _changed = new Signal<this, IChange>(this);
  private _context: IContext | null = null;
  private _contextChanged = new Signal<this, IContext>(this);
  private _counts: ICounts | null = null;
  private _countsChanged = new Signal<this, ICounts>(this);
  private _disposed = false;
}

const UNKNOWN: IContext = {
  status: 'failed',
  reason: '',
  appKey: '',
  region: '',
  version: '',
  user: null
};

/** Whether a change touches what is shown of resources of a kind, or of one of them. */
export function touches(change: IChange, kind: ResourceKind, id?: string): boolean {
  return change.all || change.events.some(event => concerns(event, kind, id));
}

const KINDS: Record<ResourceType, ResourceKind> = {
  EXPERIMENT: 'experiment',
  TRAINING: 'training',
  HYPERPARAMETER_TUNING: 'hyperparameterTuning',
  MODEL: 'model',
  TRAINING_TEMPLATE: 'trainingTemplate',
  ENDPOINT: 'endpoint',
  ENDPOINT_STAGE: 'endpointStage',
  ENDPOINT_MODEL: 'endpointModel',
  BATCH_INFERENCE: 'batchInference',
  NOTEBOOK: 'notebook',
  IMAGE: 'image',
  REGISTRY_ACCOUNT: 'registryAccount'
};

function concerns(event: IResourceEvent, kind: ResourceKind, id?: string): boolean {
  if (KINDS[event.resourceType] === kind) {
    return !id || event.resourceId === id;
  }
  const counted = event.action !== 'UPDATED';
  switch (`${kind} ${event.resourceType}`) {
    case 'experiment TRAINING': // it tells how many trainings it has
      return counted && (!id || event.experimentId === id);
    case 'training MODEL': // it names the models made from it
    case 'hyperparameterTuning MODEL':
      return counted && !!id;
    case 'training EXPERIMENT': // it names its experiment
    case 'hyperparameterTuning EXPERIMENT':
      return event.action === 'UPDATED';
    case 'registryAccount IMAGE': // it names the images pulled with it
      return counted;
    case 'image REGISTRY_ACCOUNT': // it names its account
      return event.action === 'UPDATED';
    case 'endpoint ENDPOINT_STAGE': // it holds its stages, and they their resources
    case 'endpoint ENDPOINT_MODEL':
    case 'endpointStage ENDPOINT_MODEL':
    case 'endpointStage ENDPOINT': // it tells its share of the calls
      return true;
    default:
      return false;
  }
}
