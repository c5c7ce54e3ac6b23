/** The calls of a stage over time: how many, how they were answered, how long they took. Live while it is looked at. */

import React from 'react';

import { useApp } from '../app';
import { Chart, ICurve } from '../components/Chart';
import { Empty, ErrorNotice, Loading } from '../components/Notice';
import type { ICallPoint, ICallTotals, IStage, IStageStatistics } from '../endpointTypes';
import { integer, number } from '../format';
import { useLoaded } from '../hooks';
import { endpointIcon } from '../icons';
import { useWatched } from '../useWatched';
import { PathCalls } from './PathCalls';

/** Seconds, and seconds of an interval. */
const RANGES: Record<string, [number, number]> = {
  quarter: [900, 60],
  hour: [3600, 60],
  sixHours: [6 * 3600, 300],
  day: [86400, 1200],
  week: [7 * 86400, 7200]
};
const never = (): boolean => false;

export function StageStatistics({ stage }: { stage: IStage }): JSX.Element {
  const { model, trans } = useApp();
  const [range, setRange] = React.useState('quarter');
  const id = stage.endpointStageId;
  const ask = React.useCallback(
    (signal: AbortSignal) => model.client.stages.statistics(id, ...RANGES[range], signal),
    [model, id, range]
  );
  const loaded = useLoaded(ask, never);
  useWatched([`STAGE_STATISTICS/${id}`], loaded.reload);
  const statistics = loaded.value;
  const titles: Record<string, string> = {
    quarter: trans.__('Last 15 minutes'),
    hour: trans.__('Last hour'),
    sixHours: trans.__('Last 6 hours'),
    day: trans.__('Last day'),
    week: trans.__('Last week')
  };
  return (
    <>
      <div className="em-Statistics-bar">
        <select
          className="em-Input em-Select"
          aria-label={trans.__('Time')}
          value={range}
          onChange={event => setRange(event.target.value)}
        >
          {Object.keys(RANGES).map(key => (
            <option key={key} value={key}>
              {titles[key]}
            </option>
          ))}
        </select>
        {statistics?.available && <Totals totals={statistics.totals} />}
      </div>
      {loaded.error !== null && <ErrorNotice error={loaded.error} onRetry={loaded.reload} />}
      {statistics === null ? (
        loaded.error === null && <Loading />
      ) : !statistics.available ? (
        <Empty icon={endpointIcon} title={trans.__('Nothing to see yet')}>
          {statistics.reason}
        </Empty>
      ) : (
        <Charts statistics={statistics} />
      )}
    </>
  );
}

function Totals({ totals }: { totals: ICallTotals }): JSX.Element {
  const { trans, locale } = useApp();
  const counts: [string, number, string][] = [
    [trans.__('Calls'), totals.callCount, 'running'],
    ['2xx', totals.success2xxCount, 'good'],
    ['4xx', totals.fail4xxCount, 'busy'],
    ['5xx', totals.fail5xxCount, 'bad']
  ];
  return (
    <dl className="em-Score-counts">
      {counts.map(([name, count, tone]) => (
        <div key={name} className={`em-Score-count${count === 0 ? ' em-mod-none' : ''}`}>
          <dt>
            {name !== counts[0][0] && (
              <span className={`em-Dot em-tone-${tone}`} aria-hidden="true" />
            )}
            {name}
          </dt>
          <dd>{integer(count, locale)}</dd>
        </div>
      ))}
      {totals.p50Milliseconds !== null && (
        <div className="em-Score-count">
          <dt>{trans.__('Median')}</dt>
          <dd>{trans.__('%1 ms', number(totals.p50Milliseconds, locale))}</dd>
        </div>
      )}
    </dl>
  );
}

function Charts({ statistics }: { statistics: IStageStatistics }): JSX.Element {
  const { trans, locale } = useApp();
  const points = statistics.pointList;
  const curves = React.useMemo(() => {
    const of = (
      label: string,
      colour: number,
      value: (point: ICallPoint) => number | null
    ): ICurve => ({ label, colour, points: pairs(points, value) });
    return {
      calls: [
        of('2xx', 2, point => point.success2xxCount),
        of('4xx', 1, point => point.fail4xxCount),
        of('5xx', 3, point => point.fail5xxCount)
      ],
      latency: [
        of('p50', 0, point => point.p50Milliseconds),
        of('p90', 4, point => point.p90Milliseconds),
        of('p99', 3, point => point.p99Milliseconds)
      ],
      rate: [of(trans.__('Calls per second'), 0, each => rateOf(each, statistics))]
    };
  }, [points, statistics, trans]);
  const span = React.useMemo(
    (): [number, number] => [
      Date.parse(statistics.fromDatetime) / 1000,
      Date.parse(statistics.toDatetime) / 1000
    ],
    [statistics]
  );
  return (
    <>
      <div className="em-Charts em-mod-pair">
        <div className="em-Charts-item">
          <Chart
            title={trans.__('Calls per second')}
            curves={curves.rate}
            time
            span={span}
            amounts="percent"
            format={value => number(value, locale)}
          />
        </div>
        <div className="em-Charts-item">
          <Chart
            title={trans.__('Answers')}
            curves={curves.calls}
            time
            span={span}
            amounts="count"
            format={value => integer(value, locale)}
          />
        </div>
        <div className="em-Charts-item em-mod-whole">
          <Chart
            title={trans.__('Latency')}
            curves={curves.latency}
            time
            span={span}
            amounts="percent"
            format={value => trans.__('%1 ms', number(value, locale))}
          />
        </div>
      </div>
      <PathCalls statistics={statistics} />
    </>
  );
}

/** Seconds since 1970 and the value, where there is one. */
function pairs(
  points: ICallPoint[],
  value: (point: ICallPoint) => number | null
): [number, number][] {
  return points.flatMap(point => {
    const found = value(point);
    return found === null ? [] : [[Date.parse(point.datetime) / 1000, found] as [number, number]];
  });
}

/** Calls a second; the last interval is not over yet. */
function rateOf(point: ICallPoint, statistics: IStageStatistics): number {
  const past = (Date.parse(statistics.toDatetime) - Date.parse(point.datetime)) / 1000;
  return point.callCount / Math.max(1, Math.min(statistics.intervalSeconds, past));
}
