/** What a training's instances use: CPU, memory, disk, network and GPUs, against what they may. */

import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import { useApp } from '../app';
import { Chart, ICurve } from '../components/Chart';
import { Empty, ErrorNotice, Loading } from '../components/Notice';
import { bytes, number } from '../format';
import { trainingIcon } from '../icons';
import type { IMonitoring, ISeries } from '../trackingTypes';
import { Followed, useFollowed } from './useFollowed';

const LOOK = 3000;

interface IPanel {
  title: string;
  unit: ISeries['unit'];
  limit: number | null;
  curves: ICurve[];
}

export function TrainingMonitoring({ training }: { training: Followed }): JSX.Element {
  const { model, trans, locale } = useApp();
  const ask = React.useCallback(
    (id: string, signal: AbortSignal) => model.client.trainings.monitoring(id, signal),
    [model]
  );
  const loaded = useFollowed(training, ask, LOOK);
  const monitoring = loaded.value;
  const panels = React.useMemo(
    () => (monitoring ? panelsOf(monitoring, trans) : []),
    [monitoring, trans]
  );
  if (monitoring === null) {
    return loaded.error === null ? (
      <Loading />
    ) : (
      <ErrorNotice error={loaded.error} onRetry={loaded.reload} />
    );
  }
  if (!monitoring.available) {
    return (
      <Empty icon={trainingIcon} title={trans.__('Nothing to see yet')}>
        {monitoring.reason}
      </Empty>
    );
  }
  return (
    <div className="em-Charts">
      {panels.map(panel => (
        <div key={panel.title} className="em-Charts-item">
          <Chart
            title={panel.title}
            curves={panel.curves}
            limit={panel.limit}
            time
            amounts={panel.unit === 'percent' ? 'percent' : 'bytes'}
            format={value => amount(value, panel.unit, locale)}
          />
        </div>
      ))}
    </div>
  );
}

function panelsOf(monitoring: IMonitoring, trans: TranslationBundle): IPanel[] {
  const titles: Record<string, string> = {
    cpu: trans.__('CPU'),
    memory: trans.__('Memory'),
    disk_read: trans.__('Read from disk'),
    disk_write: trans.__('Written to disk'),
    disk_used: trans.__('Disk used'),
    network_in: trans.__('Network in'),
    network_out: trans.__('Network out'),
    gpu_utilization: trans.__('GPU'),
    gpu_memory: trans.__('GPU memory')
  };
  const panels = new Map<string, IPanel>();
  for (const instance of monitoring.instanceList) {
    for (const series of instance.seriesList) {
      const title = titles[series.metric] ?? series.metric;
      const panel = panels.get(series.metric) ?? {
        title: series.scope === 'machine' ? trans.__('%1 (whole machine)', title) : title,
        unit: series.unit,
        limit: series.limit,
        curves: []
      };
      panel.curves.push({ label: instance.name, points: series.pointList });
      panels.set(series.metric, panel);
    }
  }
  return [...panels.values()];
}

function amount(value: number, unit: ISeries['unit'], locale: string): string {
  if (unit === 'percent') {
    return `${number(value, locale)} %`;
  }
  return unit === 'bytes' ? bytes(value, locale) : `${bytes(value, locale)}/s`;
}
