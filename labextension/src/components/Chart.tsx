/** A chart of curves over time or steps. The library that draws it is fetched with the first chart. */

import React from 'react';
import type uPlot from 'uplot';

export interface ICurve {
  label: string;
  /** Ascending by x. */
  points: [number, number][];
}

export interface IChartProps {
  title: string;
  curves: ICurve[];
  /** x is seconds since 1970; otherwise a plain number such as a step. */
  time?: boolean;
  /** A line nothing can go above. */
  limit?: number | null;
  /** The scale begins at 0. */
  fromZero?: boolean;
  format(value: number): string;
}

const HEIGHT = 180;
const COLOURS = ['#1976d2', '#e53935', '#43a047', '#fb8c00', '#8e24aa'];
/** Up to so many points each is marked. */
const FEW = 40;

export function Chart(props: IChartProps): JSX.Element {
  const place = React.useRef<HTMLDivElement>(null);
  const chart = React.useRef<uPlot | null>(null);
  const made = React.useRef('');
  const { curves, limit, fromZero, time, format } = props;
  const data = React.useMemo(() => aligned(curves, limit), [curves, limit]);
  const shape = JSON.stringify([
    curves.map(curve => curve.label),
    typeof limit === 'number',
    fromZero,
    time
  ]);

  React.useEffect(() => {
    const element = place.current;
    if (!element) {
      return;
    }
    if (chart.current && made.current === shape) {
      chart.current.setData(data);
      return;
    }
    let gone = false;
    void import('uplot').then(({ default: UPlot }) => {
      if (gone) {
        return;
      }
      chart.current?.destroy();
      made.current = shape;
      const labels = curves.map(curve => curve.label);
      const options = optionsOf(element, { labels, limit, fromZero, time, format });
      chart.current = new UPlot(options, data, element);
    });
    return () => {
      gone = true;
    };
    // `shape` stands for all that makes another chart of it; data alone is handed to the one there is.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [data, shape]);

  React.useEffect(() => {
    const element = place.current;
    if (!element) {
      return;
    }
    const observer = new ResizeObserver(() => {
      chart.current?.setSize({ width: Math.max(element.clientWidth, 1), height: HEIGHT });
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
      chart.current?.destroy();
      chart.current = null;
    };
  }, []);

  return (
    <figure className="em-Chart" aria-label={props.title}>
      <figcaption className="em-Chart-title">{props.title}</figcaption>
      <div className="em-Chart-plot" ref={place} />
    </figure>
  );
}

/** All curves over one x axis, as the library wants them: where a curve has no point it is null. */
function aligned(curves: ICurve[], limit?: number | null): uPlot.AlignedData {
  const xs = [...new Set(curves.flatMap(curve => curve.points.map(([x]) => x)))].sort(
    (a, b) => a - b
  );
  const at = new Map(xs.map((x, index) => [x, index]));
  const columns = curves.map(curve => {
    const column: (number | null)[] = new Array(xs.length).fill(null);
    curve.points.forEach(([x, y]) => (column[at.get(x) as number] = y));
    return column;
  });
  if (typeof limit === 'number') {
    columns.push(xs.map(() => limit));
  }
  return [xs, ...columns] as uPlot.AlignedData;
}

/** A minute at least: of a single measurement the library would make years. */
function aWhile(_: uPlot, first: number, last: number): [number, number] {
  return [Math.min(first, last - 60), last];
}

function optionsOf(
  element: HTMLElement,
  props: Omit<IChartProps, 'curves' | 'title'> & { labels: string[] }
): uPlot.Options {
  const style = getComputedStyle(element);
  const text = style.getPropertyValue('--jp-ui-font-color2').trim() || '#888';
  const grid = {
    stroke: style.getPropertyValue('--jp-border-color2').trim() || '#ccc',
    width: 1
  };
  const series: uPlot.Series[] = props.labels.map((label, index) => ({
    label,
    stroke: COLOURS[index % COLOURS.length],
    width: 1.5,
    spanGaps: true,
    points: { show: (chart: uPlot) => chart.data[0].length <= FEW },
    value: (_: uPlot, value: number | null) => (value === null ? '' : props.format(value))
  }));
  if (typeof props.limit === 'number') {
    series.push({ label: '', stroke: text, width: 1, dash: [4, 4], points: { show: false } });
  }
  return {
    width: Math.max(element.clientWidth, 1),
    height: HEIGHT,
    series: [{}, ...series],
    scales: {
      x: props.time ? { time: true, range: aWhile } : { time: false },
      y: props.fromZero ? { range: (_, __, most) => [0, most > 0 ? most * 1.05 : 1] } : {}
    },
    axes: [
      { stroke: text, grid, ticks: grid },
      {
        stroke: text,
        grid,
        ticks: grid,
        size: 78,
        values: (_, splits) => splits.map(value => props.format(value))
      }
    ],
    legend: { show: props.labels.length > 1 },
    cursor: { y: false }
  };
}
