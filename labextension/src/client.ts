/** The backend's REST API, typed: the only place in the panel that knows its paths. */

import type { INotebookContent } from '@jupyterlab/nbformat';

import { Http, IRequest, Query } from './http';
import { AdministrationApi } from './administrationApi';
import { BatchInferenceApi } from './batchInferenceApi';
import { EndpointApi, StageApi, StageResourceApi } from './endpointApi';
import { NotebookApi } from './notebookApi';
import { PrivateImageApi } from './privateImageApi';
import { RegistryAccountApi } from './registryAccountApi';
import { LoggedApi, ResourceApi } from './resourceApi';
import { StorageApi } from './storage/api';
import type { IDashboard, ILogPage, ILogQuery, ISearchResult } from './searchTypes';
import type {
  ITrainingTemplate,
  ITrainingTemplateCreate,
  ITrainingTemplateUpdate
} from './templateTypes';
import type {
  ITrial,
  ITrialCurves,
  ITuning,
  ITuningCharts,
  ITuningCreate,
  ITuningUpdate
} from './tuningTypes';
import type { IComparison, ILineage, IMetric, IMonitoring } from './trackingTypes';
import type {
  IAlgorithm,
  IConfiguration,
  IContext,
  ICounts,
  ICreateSchema,
  IExperiment,
  IExperimentCreate,
  IExperimentUpdate,
  FormName,
  IFlavor,
  IImage,
  IListQuery,
  IModel,
  IModelCreate,
  IModelUpdate,
  IPage,
  IPaging,
  ITraining,
  ITrainingCreate,
  ITrainingUpdate
} from './types';

export class ExperimentApi extends ResourceApi<IExperiment, IExperimentCreate, IExperimentUpdate> {
  /** Ask once more for an experiment whose creation failed. */
  async retry(id: string): Promise<IExperiment> {
    return this.one(`experiments/${id}/retry`, { method: 'PUT' });
  }
}

export class TemplateApi extends ResourceApi<
  ITrainingTemplate,
  ITrainingTemplateCreate,
  ITrainingTemplateUpdate
> {
  constructor(client: EasyMakerClient) {
    super(client, 'trainingTemplate', 'training-templates');
  }

  /** Make another of the same settings. */
  async copy(id: string): Promise<ITrainingTemplate> {
    return this.one(`training-templates/${id}/copy`, { method: 'POST' });
  }
}

export class TrainingApi extends LoggedApi<ITraining, ITrainingCreate, ITrainingUpdate> {
  async stop(id: string): Promise<ITraining> {
    return this.one(`trainings/${id}/stop`, { method: 'PUT' });
  }

  /** The create body that would make the same training again. */
  async copy(id: string): Promise<ITrainingCreate> {
    const body = await this.client.request<{ training: ITrainingCreate }>(`trainings/${id}/copy`);
    return body.training;
  }

  async metrics(id: string, signal?: AbortSignal): Promise<IMetric[]> {
    const path = `trainings/${id}/metrics`;
    return (await this.client.request<{ metricList: IMetric[] }>(path, { signal })).metricList;
  }

  async monitoring(id: string, signal?: AbortSignal): Promise<IMonitoring> {
    const path = `trainings/${id}/monitoring`;
    return (await this.client.request<{ monitoring: IMonitoring }>(path, { signal })).monitoring;
  }

  async lineage(id: string, signal?: AbortSignal): Promise<ILineage> {
    const path = `trainings/${id}/lineage`;
    return (await this.client.request<{ lineage: ILineage }>(path, { signal })).lineage;
  }

  /** Two to five trainings side by side. */
  async compare(ids: string[], signal?: AbortSignal): Promise<IComparison> {
    const query = { trainingIdList: ids };
    const answer = await this.client.request<{ comparison: IComparison }>('trainings/comparison', {
      query,
      signal
    });
    return answer.comparison;
  }

  /** The executed notebook, as far as it has come. */
  async notebook(id: string, signal?: AbortSignal): Promise<INotebookContent> {
    return this.client.request<INotebookContent>(`trainings/${id}/notebook`, { signal });
  }
}

export class TuningApi extends ResourceApi<ITuning, ITuningCreate, ITuningUpdate> {
  constructor(client: EasyMakerClient) {
    super(client, 'hyperparameterTuning', 'hyperparameter-tunings');
  }

  async stop(id: string): Promise<ITuning> {
    return this.one(`${this.path}/${id}/stop`, { method: 'PUT' });
  }

  /** The create body that would make the same tuning again. */
  async copy(id: string): Promise<ITuningCreate> {
    const body = await this.client.request<{ hyperparameterTuning: ITuningCreate }>(
      `${this.path}/${id}/copy`
    );
    return body.hyperparameterTuning;
  }

  async trials(id: string, query: IListQuery = {}, signal?: AbortSignal): Promise<IPage<ITrial>> {
    const body = await this.client.request<{ trialList: ITrial[]; paging: IPaging }>(
      `${this.path}/${id}/trials`,
      { query: query as Query, signal }
    );
    return { items: body.trialList, total: body.paging.totalCount };
  }

  async charts(id: string, signal?: AbortSignal): Promise<ITuningCharts> {
    const path = `${this.path}/${id}/charts`;
    return (await this.client.request<{ charts: ITuningCharts }>(path, { signal })).charts;
  }

  /** A metric of the running trials and of the best; empty: the objective. */
  async curves(id: string, metric: string, signal?: AbortSignal): Promise<ITrialCurves> {
    return this.client.request(`${this.path}/${id}/curves`, { query: { metric }, signal });
  }
}

export class EasyMakerClient {
  readonly experiments = new ExperimentApi(this, 'experiment');
  readonly trainings = new TrainingApi(this, 'training');
  readonly tunings = new TuningApi(this);
  readonly templates = new TemplateApi(this);
  readonly storages = new StorageApi(this);
  readonly endpoints = new EndpointApi(this);
  readonly stages = new StageApi(this);
  readonly stageResources = new StageResourceApi(this);
  readonly batchInferences = new BatchInferenceApi(this);
  readonly notebooks = new NotebookApi(this);
  readonly privateImages = new PrivateImageApi(this);
  readonly registryAccounts = new RegistryAccountApi(this);
  readonly administration = new AdministrationApi(this);
  readonly models = new ResourceApi<IModel, IModelCreate, IModelUpdate>(this, 'model');

  /** The project all requests are about; known once the context is. */
  appKey = 'default';

  constructor(private readonly http: Http) {}

  /** The state of the backend, as the server extension sees it. */
  async context(): Promise<IContext> {
    return this.http.json<IContext>('context');
  }

  async counts(): Promise<ICounts> {
    return (await this.request<{ counts: ICounts }>('counts')).counts;
  }

  async configuration(signal?: AbortSignal): Promise<IConfiguration> {
    return (await this.request<{ configuration: IConfiguration }>('configuration', { signal }))
      .configuration;
  }

  /** @param groupType - what is to run on them: another may have others to offer. */
  async flavors(groupType = 'TRAINING'): Promise<IFlavor[]> {
    const query = { groupType };
    return (await this.request<{ flavorList: IFlavor[] }>('flavors', { query })).flavorList;
  }

  async images(groupType = 'TRAINING'): Promise<IImage[]> {
    const query = { groupTypeCodeList: groupType };
    return (await this.request<{ imageList: IImage[] }>('images', { query })).imageList;
  }

  async algorithms(): Promise<IAlgorithm[]> {
    return (await this.request<{ algorithmList: IAlgorithm[] }>('algorithms')).algorithmList;
  }

  /** Resources of every kind whose name, description, tags or id hold the words. */
  async search(query: string, limit: number, signal?: AbortSignal): Promise<ISearchResult[]> {
    const request = { query: { query, limit }, signal };
    return (await this.request<{ resultList: ISearchResult[] }>('search', request)).resultList;
  }

  /** Lines of the logs of all trainings, the newest first. */
  async searchLogs(query: ILogQuery, cursor: string, size: number): Promise<ILogPage> {
    return this.request<ILogPage>('logs', { query: { ...query, cursor, size } });
  }

  logsDownloadUrl(query: ILogQuery): string {
    return this.url('logs/download', { ...query });
  }

  async dashboard(signal?: AbortSignal): Promise<IDashboard> {
    return (await this.request<{ dashboard: IDashboard }>('dashboard', { signal })).dashboard;
  }

  /**
   * Start TensorBoard of a training, a tuning or an experiment, or of the storage directory that
   * is the id; where a browser finds it.
   */
  async tensorboard(
    kind: 'training' | 'hyperparameter-tuning' | 'experiment' | 'storage',
    id: string
  ): Promise<string> {
    const [path, body] =
      kind === 'storage'
        ? ['storages/tensorboard', { uri: id }]
        : [`${kind}s/${id}/tensorboard`, undefined];
    const request = { method: 'POST' as const, body };
    const answer = await this.request<{ tensorboard: { path: string } }>(path, request);
    return this.url(answer.tensorboard.path);
  }

  /** JSON Schema of a create body, with the titles of its sections. */
  async schema(form: FormName): Promise<ICreateSchema> {
    return this.request<ICreateSchema>(`schemas/${form}`);
  }

  /** Store code (a zip) where trainings can take it from; the same code is stored once. */
  async uploadSource(zip: Uint8Array): Promise<{ sourceDirUri: string; files: number }> {
    return this.request('sources', {
      method: 'POST',
      body: zip,
      headers: { 'Content-Type': 'application/zip' }
    });
  }

  /** Follow the project's changes, from after an event or from now on. */
  async followEvents(
    lastEventId: string | null,
    watch: string[],
    signal: AbortSignal
  ): Promise<Response> {
    const headers: Record<string, string> = lastEventId ? { 'Last-Event-ID': lastEventId } : {};
    return this.openStream('events', { headers, query: { watch }, signal });
  }

  /** A stream of server-sent events; asked for as such, it does not keep an idle Jupyter server from being seen idle. */
  async openStream(path: string, request: IRequest): Promise<Response> {
    const headers = { ...request.headers, Accept: 'text/event-stream' };
    return this.open(path, { ...request, headers });
  }

  /** A request in the project, with a JSON answer. */
  async request<T>(path: string, request: IRequest = {}): Promise<T> {
    return this.http.json<T>(this.path(path), request);
  }

  /** A request that is about no project or all of them. */
  async requestOfAll<T>(path: string, request: IRequest = {}): Promise<T> {
    return this.http.json<T>(`api/v1.0/${path}`, request);
  }

  /** The same API of another project; administrators may use those of all. */
  of(appKey: string): EasyMakerClient {
    const other = new EasyMakerClient(this.http);
    other.appKey = appKey;
    return other;
  }

  async open(path: string, request: IRequest): Promise<Response> {
    return this.http.open(this.path(path), request);
  }

  url(path: string, query: Query = {}): string {
    return this.http.url(this.path(path), query);
  }

  private path(path: string): string {
    return `api/v1.0/appkeys/${encodeURIComponent(this.appKey)}/${path}`;
  }
}
