/** How charts look: JupyterLab's colours, numbers and times in the reader's language. */

import type uPlot from 'uplot';

/** Of curves, in light and in dark; told apart by people who see red and green alike, too. */
export const COLOURS = ['#2b7bd6', '#e8710a', '#1e9e77', '#c2409c', '#8a7a12'];
/** Up to so many points each is marked. */
const FEW = 40;
const LETTER = 7;

/** What begins at 0; of counts only whole numbers are marked. */
export type IChartAmounts = 'bytes' | 'percent' | 'count';

export interface IWanted {
  labels: string[];
  /** Of each: which of the colours. */
  colours: number[];
  /** Of each: whether it is only a background. */
  quiet: boolean[];
  limitLabel: string | null;
  amounts?: IChartAmounts;
  time?: boolean;
  format(value: number): string;
  locale: string;
  /** Told what the pointer is at; '' when it is nowhere. */
  point(text: string): void;
}

export function optionsOf(
  element: HTMLElement,
  wanted: IWanted
): Omit<uPlot.Options, 'width' | 'height'> {
  const { labels, format, time, amounts } = wanted;
  // Asked at each drawing, so that a chart follows the theme.
  const colour = (name: string) => (): string => getComputedStyle(element).getPropertyValue(name);
  const text = colour('--jp-ui-font-color2');
  const grid = { stroke: colour('--jp-border-color2'), width: 1 };
  const series: uPlot.Series[] = labels.map((label, index) => ({
    label,
    stroke: wanted.quiet[index]
      ? colour('--jp-border-color1')
      : COLOURS[wanted.colours[index] % COLOURS.length],
    width: wanted.quiet[index] ? 1 : 1.5,
    ...(wanted.quiet[index] ? { class: 'em-mod-quietCurve' } : {}),
    spanGaps: true,
    points: {
      show: chart => !wanted.quiet[index] && chart.data[0].length <= FEW,
      size: 5,
      fill: COLOURS[wanted.colours[index] % COLOURS.length]
    },
    value: (_, value: number | null) => (value === null ? '–' : format(value))
  }));
  if (wanted.limitLabel !== null) {
    series.push({
      label: wanted.limitLabel,
      stroke: text,
      width: 1,
      dash: [4, 4],
      points: { show: false },
      value: (_, value: number | null) => (value === null ? '–' : format(value))
    });
  }
  const xOf = time ? timeFormat(wanted.locale) : (value: number) => String(value);
  return {
    series: [
      { label: '', value: (_, x: number | null) => (x === null ? '' : xOf(x, 1)) },
      ...series
    ],
    scales: {
      x: { time: time ?? false, ...(time ? { range: aWhile } : {}) },
      y: amounts ? { range: fromZero(amounts) } : {}
    },
    axes: [
      {
        stroke: text,
        grid,
        ticks: { ...grid, size: 5 },
        size: 30,
        gap: 4,
        space: time ? 64 : 50,
        values: (_, splits, __, ___, step) => splits.map(value => xOf(value, step))
      },
      {
        stroke: text,
        grid,
        ticks: { ...grid, size: 5 },
        gap: 4,
        ...(amounts === 'bytes' ? { incrs: BINARY } : {}),
        ...(amounts === 'count' ? { incrs: WHOLE } : {}),
        size: (_, values) =>
          16 + LETTER * Math.max(2, ...(values ?? []).map(value => value.length)),
        values: (_, splits) => splits.map(format)
      }
    ],
    legend: { show: labels.length > 1 },
    cursor: { y: false, points: { size: 7 } },
    hooks: {
      setCursor: [
        chart => {
          const at = chart.cursor.idx;
          const value = typeof at === 'number' ? chart.data[1]?.[at] : null;
          const known = typeof at === 'number' && typeof value === 'number' && labels.length === 1;
          wanted.point(known ? `${xOf(chart.data[0][at], 1)}: ${format(value)}` : '');
        }
      ]
    }
  };
}

/** Draw again when JupyterLab changes its theme. */
export function repaintOnTheme(draw: () => void): MutationObserver {
  const observer = new MutationObserver(draw);
  observer.observe(document.body, { attributeFilter: ['data-jp-theme-name'] });
  return observer;
}

/** A minute at least: of a single measurement the library would make years. */
function aWhile(_: uPlot, first: number, last: number): [number, number] {
  return [Math.min(first, last - 60), last];
}

/** From 0 to a little above the highest; a machine that rests is not shown as one that trembles. */
function fromZero(amounts: IChartAmounts): uPlot.Range.Function {
  const least = amounts === 'bytes' ? 1024 : 1;
  return (_, __, most) => [0, Math.max(most * 1.08, least)];
}

/** 1, 2, 5, 10 ... of bytes, KiB, MiB ... as people divide them. */
const BINARY = [0, 1, 2, 3, 4].flatMap(power =>
  [1, 2, 4, 8, 16, 32, 64, 128, 256, 512].map(size => size * 1024 ** power)
);

/** 1, 2, 5, 10 ... */
const WHOLE = [0, 1, 2, 3, 4, 5, 6, 7, 8].flatMap(power =>
  [1, 2, 5].map(each => each * 10 ** power)
);

function timeFormat(locale: string): (seconds: number, step: number) => string {
  const options: [number, Intl.DateTimeFormatOptions][] = [
    [86400, { month: 'short', day: 'numeric' }],
    [60, { hour: '2-digit', minute: '2-digit', hour12: false }],
    [0, { hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false }]
  ];
  const formats = options.map(
    ([least, option]) => [least, new Intl.DateTimeFormat(locale, option)] as const
  );
  return (seconds, step) => {
    const format = formats.find(([least]) => step >= least)?.[1];
    return format?.format(seconds * 1000) ?? '';
  };
}
