/** The charts of a tuning in Vega-Lite: history, parallel coordinates, slices and importances. */

import type { TranslationBundle } from '@jupyterlab/translation';

import type { ILook, Rows } from '../components/VegaChart';
import type { IChartTrial, IHyperparameterAxis, ITuning, ITuningCharts } from '../tuningTypes';

/** From this ratio of its ends on, a range is drawn by powers of ten. */
const WIDE = 1000;
const NUMBER = '.4~g';
const BEST = '#e8710a';

/** Each trial's objective in the order of the trials, and the best so far. */
export function historySpec(metric: string, trans: TranslationBundle): (look: ILook) => object {
  return look => ({
    data: { name: 'history' },
    encoding: {
      x: {
        field: 'trialNumber',
        type: 'quantitative',
        title: trans.__('Trial'),
        axis: { tickMinStep: 1, format: 'd', grid: false },
        scale: { zero: false, nice: false, padding: 10 }
      }
    },
    layer: [
      {
        mark: { type: 'line', interpolate: 'step-after', strokeWidth: 2, color: BEST },
        encoding: { y: quantity('bestSoFar', metric) }
      },
      {
        mark: {
          type: 'point',
          filled: true,
          size: 45,
          opacity: 0.85,
          color: look.accent,
          cursor: 'pointer'
        },
        encoding: {
          y: quantity('objectiveValue', metric),
          tooltip: [
            { field: 'trialNumber', type: 'quantitative', title: trans.__('Trial') },
            { field: 'objectiveValue', type: 'quantitative', title: metric },
            { field: 'bestSoFar', type: 'quantitative', title: trans.__('Best so far') }
          ]
        }
      }
    ]
  });
}

/** An objective against one hyperparameter. */
export function sliceSpec(
  axis: IHyperparameterAxis,
  metric: string,
  trans: TranslationBundle
): (look: ILook) => object {
  const x = isList(axis)
    ? { type: 'ordinal', sort: axis.categoryList, axis: { labelAngle: 0, labelOverlap: true } }
    : {
        type: 'quantitative',
        axis: { format: NUMBER, grid: false, labelOverlap: true, ...ticksOf(axis) },
        scale: {
          domain: [axis.minValue, axis.maxValue],
          type: isWide(axis) ? 'log' : 'linear',
          nice: false,
          zero: false,
          padding: 8
        }
      };
  return look => ({
    data: { name: 'trials' },
    mark: {
      type: 'point',
      filled: true,
      size: 45,
      opacity: 0.75,
      color: look.accent,
      cursor: 'pointer'
    },
    encoding: {
      x: { field: 'value', title: null, ...x },
      y: quantity('objectiveValue', metric),
      tooltip: [
        { field: 'trialNumber', type: 'quantitative', title: trans.__('Trial') },
        {
          field: 'value',
          type: isList(axis) ? 'nominal' : 'quantitative',
          title: axis.hyperparameterName
        },
        { field: 'objectiveValue', type: 'quantitative', title: metric }
      ]
    }
  });
}

export function sliceRows(trials: IChartTrial[], at: number): Rows {
  return {
    trials: trials.map(({ trialId, trialNumber, objectiveValue, valueList }) => ({
      trialId,
      trialNumber,
      objectiveValue,
      value: valueList[at]
    }))
  };
}

/** How much each hyperparameter decides. */
export function importanceSpec(trans: TranslationBundle): (look: ILook) => object {
  const share = {
    field: 'importance',
    type: 'quantitative',
    title: trans.__('Importance'),
    axis: { format: '%', tickCount: 5 },
    scale: { domain: [0, 1] }
  };
  const name = {
    field: 'hyperparameterName',
    type: 'nominal',
    sort: '-x',
    title: null,
    axis: { labelLimit: 120 }
  };
  return look => ({
    data: { name: 'importances' },
    encoding: { y: name, x: share },
    layer: [
      { mark: { type: 'bar', color: look.accent, height: { band: 0.6 } } },
      {
        mark: { type: 'text', align: 'left', dx: 4 },
        encoding: { text: { field: 'importance', type: 'quantitative', format: '.0%' } }
      }
    ]
  });
}

/** Every trial as a line through its hyperparameters to its objective. */
export function parallelSpec(charts: ITuningCharts, tuning: ITuning): (look: ILook) => object {
  const order = [...charts.axisList.map(axis => axis.hyperparameterName), objectiveAxis(tuning)];
  const x = {
    field: 'axis',
    type: 'nominal',
    sort: order,
    title: null,
    scale: { type: 'point', padding: 0.3 },
    axis: {
      orient: 'top',
      labelAngle: 0,
      domain: false,
      ticks: false,
      labelPadding: 10,
      labelLimit: 110
    }
  };
  const share = { field: 'share', type: 'quantitative', axis: null, scale: { domain: [0, 1] } };
  const columns = [
    ...charts.axisList.map(axis => axis.hyperparameterName),
    tuning.objectiveMetricName
  ];
  return look => ({
    layer: [
      {
        data: { name: 'ticks' },
        mark: { type: 'rule', color: look.line },
        encoding: { x, y: { ...share, field: undefined, datum: 0 }, y2: { datum: 1 } }
      },
      {
        data: { name: 'points' },
        params: [
          {
            name: 'hover',
            select: { type: 'point', fields: ['trialId'], on: 'mouseover', clear: 'mouseout' }
          }
        ],
        mark: { type: 'line', strokeWidth: 2, cursor: 'pointer' },
        encoding: {
          x,
          y: share,
          detail: { field: 'trialId' },
          order: { field: 'position', type: 'quantitative' },
          opacity: { condition: { param: 'hover', value: 0.8 }, value: 0.12 },
          color: {
            field: 'objective',
            type: 'quantitative',
            title: tuning.objectiveMetricName,
            scale: {
              // Of the scheme what stands out from the background.
              scheme: { name: 'viridis', extent: look.dark ? [0.3, 1] : [0, 0.85] },
              zero: false
            },
            legend: { format: NUMBER, gradientLength: 150 }
          },
          tooltip: [
            { field: 'trialName', title: ' ' },
            ...columns.map((title, index) => ({ field: `text${index}`, title }))
          ]
        }
      },
      {
        data: { name: 'ticks' },
        mark: { type: 'text', align: 'left', dx: 6, color: look.quiet },
        encoding: { x, y: share, text: { field: 'label' } }
      }
    ]
  });
}

export function parallelRows(charts: ITuningCharts, tuning: ITuning): Rows {
  const { axisList, trialList } = charts;
  const objectives = trialList.map(trial => trial.objectiveValue);
  const [least, most] = [Math.min(...objectives), Math.max(...objectives)];
  const name = objectiveAxis(tuning);
  const points = trialList.flatMap(trial => {
    const values = [...trial.valueList, trial.objectiveValue];
    const about = {
      trialId: trial.trialId,
      trialName: `${tuning.hyperparameterTuningName}-${trial.trialNumber}`,
      objective: trial.objectiveValue,
      ...Object.fromEntries(values.map((value, index) => [`text${index}`, short(value)]))
    };
    return values.map((value, position) => ({
      ...about,
      position,
      axis: axisList[position]?.hyperparameterName ?? name,
      share: axisList[position]
        ? shareOf(value, axisList[position])
        : most > least
          ? (trial.objectiveValue - least) / (most - least)
          : 0.5
    }));
  });
  const ticks = axisList.flatMap(axis => {
    const values = isList(axis) ? axis.categoryList : [axis.minValue ?? 0, axis.maxValue ?? 0];
    return values.map(value => ({
      axis: axis.hyperparameterName,
      share: shareOf(value, axis),
      label: short(value)
    }));
  });
  const ends = most > least ? [[0, least] as const, [1, most] as const] : [[0.5, least] as const];
  ends.forEach(([share, value]) => ticks.push({ axis: name, share, label: short(value) }));
  return { points, ticks };
}

function objectiveAxis(tuning: ITuning): string {
  return `${tuning.objectiveMetricName} ${tuning.objectiveTypeCode === 'MAXIMIZE' ? '↑' : '↓'}`;
}

function quantity(field: string, title: string): object {
  return {
    field,
    type: 'quantitative',
    title,
    axis: { format: NUMBER, tickCount: 5 },
    scale: { zero: false, nice: true }
  };
}

function isList(axis: IHyperparameterAxis): boolean {
  return axis.categoryList.length > 0;
}

function isWide({ minValue, maxValue }: IHyperparameterAxis): boolean {
  return minValue !== null && maxValue !== null && minValue > 0 && maxValue / minValue >= WIDE;
}

/** Powers of ten on a wide axis, whole numbers on an integer's. */
function ticksOf(axis: IHyperparameterAxis): object {
  if (isWide(axis)) {
    const [low, high] = [axis.minValue ?? 1, axis.maxValue ?? 1].map(Math.log10);
    const first = Math.ceil(low - 1e-9);
    const count = Math.floor(high + 1e-9) - first + 1;
    return { values: Array.from({ length: count }, (_, index) => 10 ** (first + index)) };
  }
  return axis.hyperparameterTypeCode === 'int' ? { tickMinStep: 1 } : {};
}

/** Where on its axis a value lies, from 0 to 1. */
function shareOf(value: number | string, axis: IHyperparameterAxis): number {
  if (isList(axis)) {
    const last = axis.categoryList.length - 1;
    return last === 0 ? 0.5 : axis.categoryList.indexOf(String(value)) / last;
  }
  const scale = isWide(axis) ? Math.log : (each: number): number => each;
  const [low, high] = [scale(axis.minValue ?? 0), scale(axis.maxValue ?? 0)];
  return (scale(Number(value)) - low) / (high - low);
}

function short(value: number | string): string {
  return typeof value === 'number' ? String(Number(value.toPrecision(4))) : value;
}
