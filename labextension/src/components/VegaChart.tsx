/** A chart of trials against each other. JupyterLab's own Vega draws it, fetched with the first chart. */

import React from 'react';
import type { Result, VisualizationSpec } from 'vega-embed';

import { COLOURS, repaintOnTheme } from './chartOptions';

/** Colours of the theme, for what cannot be styled. */
export interface ILook {
  dark: boolean;
  text: string;
  quiet: string;
  line: string;
  accent: string;
  font: string;
}

export type Rows = Record<string, object[]>;

export interface IVegaChartProps {
  title: string;
  note?: string;
  height: number;
  /** What is drawn, in Vega-Lite, without the data; drawn anew when it changes, so memoize it. */
  specOf(look: ILook): object;
  /** By name; new ones are handed to the chart there is. */
  rows: Rows;
  /** Told the row that was clicked on. */
  onPick?(row: Record<string, unknown>): void;
}

export function VegaChart(props: IVegaChartProps): JSX.Element {
  const place = React.useRef<HTMLDivElement>(null);
  const made = React.useRef<Result | null>(null);
  const latest = React.useRef(props);
  latest.current = props;
  const [theme, repaint] = React.useReducer((count: number) => count + 1, 0);
  const [error, setError] = React.useState('');
  const { specOf, rows, height } = props;

  React.useEffect(() => {
    const theme = repaintOnTheme(repaint);
    return () => theme.disconnect();
  }, []);

  React.useEffect(() => {
    const element = place.current;
    if (!element) {
      return;
    }
    let gone = false;
    const draw = async (): Promise<void> => {
      const { default: embed } = await import('vega-embed');
      if (gone) {
        return;
      }
      const look = lookOf(element);
      const drawn = latest.current.rows;
      const result = await embed(element, specWith(element, look, latest.current), {
        actions: false,
        renderer: 'svg',
        tooltip: { theme: look.dark ? 'dark' : 'light' }
      });
      if (gone) {
        result.finalize();
        return;
      }
      made.current = result;
      result.view.addEventListener('click', (_: unknown, item: { datum?: unknown } | null) => {
        if (item?.datum) {
          latest.current.onPick?.(item.datum as Record<string, unknown>);
        }
      });
      if (latest.current.rows !== drawn) {
        hand(result, latest.current.rows);
      }
    };
    draw().catch((failed: unknown) => setError(String(failed)));
    return () => {
      gone = true;
      made.current?.finalize();
      made.current = null;
    };
  }, [specOf, height, theme]);

  React.useEffect(() => {
    if (made.current) {
      hand(made.current, rows);
    }
  }, [rows]);

  React.useEffect(() => {
    const element = place.current;
    if (!element) {
      return;
    }
    const observer = new ResizeObserver(() => {
      if (made.current && element.clientWidth > 0) {
        void made.current.view.width(element.clientWidth).runAsync();
      }
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  return (
    <figure className="em-Chart" aria-label={props.title}>
      <figcaption className="em-Chart-title">{props.title}</figcaption>
      {error && (
        <p className="em-Problem" role="alert">
          {error}
        </p>
      )}
      <div className="em-Vega" ref={place} style={{ height }} />
      {props.note && <p className="em-Charts-note">{props.note}</p>}
    </figure>
  );
}

function hand(result: Result, rows: Rows): void {
  Object.entries(copyOf(rows)).forEach(([name, values]) => result.view.data(name, values));
  void result.view.runAsync();
}

/** The library writes into what it is given. */
function copyOf(rows: Rows): Rows {
  return Object.fromEntries(
    Object.entries(rows).map(([name, values]) => [name, values.map(row => ({ ...row }))])
  );
}

function lookOf(element: HTMLElement): ILook {
  const style = getComputedStyle(element);
  const value = (name: string): string => style.getPropertyValue(name).trim();
  return {
    dark: document.body.dataset.jpThemeLight === 'false',
    text: value('--jp-ui-font-color1'),
    quiet: value('--jp-ui-font-color2'),
    line: value('--jp-border-color2'),
    accent: COLOURS[0],
    font: style.fontFamily
  };
}

function specWith(element: HTMLElement, look: ILook, props: IVegaChartProps): VisualizationSpec {
  const { text, quiet, line, font } = look;
  const datasets = copyOf(props.rows);
  return {
    ...props.specOf(look),
    datasets,
    width: Math.max(element.clientWidth, 100),
    height: props.height,
    // Labels of later rows may need more room.
    autosize: { type: 'fit', contains: 'padding', resize: true },
    background: 'transparent',
    padding: 4,
    config: {
      font,
      view: { stroke: null },
      axis: {
        labelColor: quiet,
        titleColor: quiet,
        titleFontWeight: 'normal',
        gridColor: line,
        domainColor: line,
        tickColor: line,
        labelFontSize: 11,
        titleFontSize: 11
      },
      legend: {
        labelColor: quiet,
        titleColor: quiet,
        titleFontWeight: 'normal',
        labelFontSize: 11,
        titleFontSize: 11
      },
      text: { color: text, font, fontSize: 11 }
    }
  } as VisualizationSpec;
}
