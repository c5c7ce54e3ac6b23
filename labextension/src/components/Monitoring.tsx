/** What instances use: CPU, memory, disk, network and GPUs, against what they may. */

import type { LabIcon } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import { useApp } from '../app';
import { bytes, number } from '../format';
import type { ILoaded } from '../hooks';
import type { IMonitoring, ISeries } from '../trackingTypes';
import { Chart, ICurve } from './Chart';
import { Empty, ErrorNotice, Loading } from './Notice';

interface IPanel {
  title: string;
  unit: ISeries['unit'];
  limit: number | null;
  curves: ICurve[];
}

export function Monitoring(props: { loaded: ILoaded<IMonitoring>; icon: LabIcon }): JSX.Element {
  const { trans, locale } = useApp();
  const { loaded } = props;
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
      <Empty icon={props.icon} title={trans.__('Nothing to see yet')}>
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
      panel.curves.push({ label: instance.label || instance.name, points: series.pointList });
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
