/** A chart of curves over time or steps. The library that draws it is fetched with the first chart. */

import React from 'react';
import type uPlot from 'uplot';

import { useApp } from '../app';
import { IChartAmounts, optionsOf, repaintOnTheme } from './chartOptions';

export interface ICurve {
  label: string;
  /** Which of the colours it has; by its position without this. */
  colour?: number;
  /** One of many that are only a background: grey, and not in the legend. */
  quiet?: boolean;
  /** Ascending by x. */
  points: [number, number][];
}

export interface IChartProps {
  title: string;
  curves: ICurve[];
  /** x is seconds since 1970; otherwise a plain number such as a step. */
  time?: boolean;
  /** From where to where x goes; without it as far as there are points. */
  span?: [number, number];
  /** A line nothing can go above. */
  limit?: number | null;
  /** The scale begins at 0 and has divisions of 1024 for bytes. */
  amounts?: IChartAmounts;
  format(value: number): string;
}

const HEIGHT = 180;

export function Chart(props: IChartProps): JSX.Element {
  const place = React.useRef<HTMLDivElement>(null);
  const chart = React.useRef<uPlot | null>(null);
  const made = React.useRef('');
  const pointed = React.useRef<HTMLSpanElement>(null);
  const { trans, locale } = useApp();
  const { curves, limit, amounts, time, span, format } = props;
  const data = React.useMemo(
    () => aligned(curves, { limit, time, span }),
    [curves, limit, time, span]
  );
  const shape = JSON.stringify([
    curves.map(curve => [curve.label, curve.colour, curve.quiet]),
    typeof limit === 'number',
    amounts,
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
      const size = { width: Math.max(element.clientWidth, 1), height: HEIGHT };
      const limitLabel = typeof limit === 'number' ? trans.__('Limit') : null;
      const point = (text: string): void => {
        if (pointed.current) {
          pointed.current.textContent = text;
        }
      };
      const colours = curves.map((curve, index) => curve.colour ?? index);
      const quiet = curves.map(curve => curve.quiet === true);
      const wanted = { labels, colours, quiet, limitLabel, amounts, time, format, locale, point };
      chart.current = new UPlot({ ...optionsOf(element, wanted), ...size }, data, element);
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
    const theme = repaintOnTheme(() => chart.current?.redraw());
    return () => {
      observer.disconnect();
      theme.disconnect();
      chart.current?.destroy();
      chart.current = null;
    };
  }, []);

  return (
    <figure className="em-Chart" aria-label={props.title}>
      <figcaption className="em-Chart-title">
        {props.title}
        <span className="em-Chart-pointed" ref={pointed} />
      </figcaption>
      <div className="em-Chart-plot" ref={place} />
    </figure>
  );
}

/** All curves over one x axis, as the library wants them: where a curve has no point it is null. */
function aligned(
  curves: ICurve[],
  { limit, time, span }: Pick<IChartProps, 'limit' | 'time' | 'span'>
): uPlot.AlignedData {
  const told = curves.flatMap(curve => curve.points.map(([x]) => x));
  const xs = [...new Set([...told, ...(span ?? [])])].sort((a, b) => a - b);
  if (time && xs.length === 1) {
    xs.unshift(xs[0] - 60); // of a single time the library would make years
  }
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
