/** The project at a glance: how much there is of everything, what uses the most, how full the machine is. */

import React from 'react';

import { useApp } from '../app';
import { ErrorNotice, Loading } from '../components/Notice';
import { bytes, integer, number } from '../format';
import { useLoaded } from '../hooks';
import { iconOf, isKnown, listOf, pageOf } from '../resourcePages';
import type { IDashboard, ITopResource } from '../searchTypes';
import { labelOf, Status } from '../status';
import type { ResourceType } from '../types';
import { useWatched } from '../useWatched';
import { BusiestEndpoints } from './BusiestEndpoints';

const always = (): boolean => true;

export function Dashboard(): JSX.Element {
  const { model, trans } = useApp();
  const ask = React.useCallback((signal: AbortSignal) => model.client.dashboard(signal), [model]);
  const loaded = useLoaded(ask, always);
  useWatched(['DASHBOARD'], loaded.reload);
  const dashboard = loaded.value;
  if (!dashboard) {
    return loaded.error === null ? (
      <Loading />
    ) : (
      <ErrorNotice error={loaded.error} onRetry={loaded.reload} />
    );
  }
  return (
    <div className="em-Dashboard">
      {loaded.error !== null && <ErrorNotice error={loaded.error} onRetry={loaded.reload} />}
      <h2 className="em-ListPage-title">{trans.__('Dashboard')}</h2>
      <Counts counts={dashboard.countList.filter(count => isKnown(count.resourceType))} />
      <div className="em-Dashboard-columns">
        <Capacity capacity={dashboard.capacity} />
        <Top title={trans.__('Most CPU')} resources={dashboard.topCpuList} />
        <Top title={trans.__('Most GPU')} resources={dashboard.topGpuList} />
        <BusiestEndpoints endpoints={dashboard.topEndpointList ?? []} />
      </div>
    </div>
  );
}

function Counts({ counts }: { counts: IDashboard['countList'] }): JSX.Element {
  const app = useApp();
  const { trans, locale } = app;
  const titles: Record<ResourceType, string> = {
    EXPERIMENT: trans.__('Experiments'),
    TRAINING: trans.__('Trainings'),
    HYPERPARAMETER_TUNING: trans.__('Tunings'),
    MODEL: trans.__('Models'),
    TRAINING_TEMPLATE: trans.__('Templates'),
    ENDPOINT: trans.__('Endpoints'),
    ENDPOINT_STAGE: trans.__('Endpoint stages'),
    ENDPOINT_MODEL: trans.__('Stage resources'),
    BATCH_INFERENCE: trans.__('Batch inferences'),
    NOTEBOOK: trans.__('Notebooks'),
    IMAGE: trans.__('Private images'),
    REGISTRY_ACCOUNT: trans.__('Registry accounts')
  };
  return (
    <ul className="em-Cards">
      {counts.map(count => {
        const Icon = iconOf(count.resourceType);
        return (
          <li key={count.resourceType}>
            <button
              type="button"
              className="em-Card"
              onClick={() => app.open(listOf(count.resourceType))}
            >
              <span className="em-Card-title">
                <Icon.react tag="span" className="em-Card-icon" />
                {titles[count.resourceType]}
              </span>
              <span className="em-Card-count">{integer(count.count, locale)}</span>
              <span className="em-mod-quiet">{countedLabel(count, trans)}</span>
              <span className="em-Card-more">
                {trans.__('%1 in all', integer(count.total, locale))}
                {count.running > 0 &&
                  ` · ${trans.__('%1 on their way', integer(count.running, locale))}`}
              </span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}

/** What is counted: of notebooks only those that are well. */
function countedLabel(
  count: IDashboard['countList'][number],
  trans: ReturnType<typeof useApp>['trans']
): string {
  return count.resourceType === 'NOTEBOOK'
    ? trans.__('Active (healthy)')
    : labelOf(count.status as Status, trans);
}

function Capacity({ capacity }: { capacity: IDashboard['capacity'] }): JSX.Element {
  const { trans, locale } = useApp();
  const size = (mebibytes: number): string => bytes(mebibytes * 1024 * 1024, locale);
  const rows = [
    {
      name: trans.__('vCPUs'),
      used: capacity.usedVcpus,
      most: capacity.vcpus,
      words: [number(capacity.usedVcpus, locale), number(capacity.vcpus, locale)]
    },
    {
      name: trans.__('Memory'),
      used: capacity.usedMemoryMib,
      most: capacity.memoryMib,
      words: [size(capacity.usedMemoryMib), size(capacity.memoryMib)]
    },
    {
      name: trans.__('GPUs'),
      used: capacity.usedGpus,
      most: capacity.gpus,
      words: [integer(capacity.usedGpus, locale), integer(capacity.gpus, locale)]
    }
  ].filter(row => row.most > 0);
  return (
    <section className="em-Dashboard-section">
      <h3 className="em-Group-title">{trans.__('Given to jobs')}</h3>
      {rows.map(row => (
        <div key={row.name} className="em-Bar">
          <span className="em-Bar-name">{row.name}</span>
          <Track share={row.used / row.most} />
          <span className="em-Bar-value">{trans.__('%1 of %2', row.words[0], row.words[1])}</span>
        </div>
      ))}
    </section>
  );
}

function Top(props: { title: string; resources: ITopResource[] }): JSX.Element {
  const app = useApp();
  const { trans, locale } = app;
  const most = Math.max(100, ...props.resources.map(resource => resource.value));
  return (
    <section className="em-Dashboard-section">
      <h3 className="em-Group-title">{props.title}</h3>
      {props.resources.length === 0 && (
        <p className="em-mod-quiet">{trans.__('Nothing that runs uses any.')}</p>
      )}
      {props.resources.map(resource => (
        <button
          key={resource.resourceId}
          type="button"
          className="em-Bar em-mod-link"
          title={resource.name}
          onClick={() => app.open(pageOf(resource.resourceType, resource.resourceId))}
        >
          <span className="em-Bar-name">{resource.name}</span>
          <Track share={resource.value / most} />
          <span className="em-Bar-value">{`${number(resource.value, locale)} %`}</span>
        </button>
      ))}
    </section>
  );
}

function Track({ share }: { share: number }): JSX.Element {
  const full = share > 0.9 ? ' em-mod-full' : '';
  return (
    <span className="em-Bar-track" aria-hidden="true">
      <span
        className={`em-Bar-fill${full}`}
        style={{ width: `${Math.min(100, Math.max(0, share * 100))}%` }}
      />
    </span>
  );
}
