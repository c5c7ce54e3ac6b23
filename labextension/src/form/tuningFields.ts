/** What a tuning's form has beyond a training's: ranges, nodes of a trial, the words of its choices. */

import type { TranslationBundle } from '@jupyterlab/translation';
import type { RJSFSchema } from '@rjsf/utils';

import type { TuningStrategy } from '../tuningTypes';
import { directionLabel, strategyLabel } from '../tuningWords';
import type { IAlgorithm } from '../types';
import type { Choices, IProperty } from './schema';
import type { FormData } from './SchemaForm';

const STRATEGIES: TuningStrategy[] = [
  'BAYESIAN_OPTIMIZATION',
  'GRID',
  'RANDOM',
  'GAUSSIAN_PROCESS',
  'CMA_ES',
  'QMC'
];

/** The values of the fields that are enumerations, in words. */
export function tuningChoices(trans: TranslationBundle): Choices {
  return {
    tuningStrategyName: STRATEGIES.map(value => ({ value, label: strategyLabel(value, trans) })),
    objectiveTypeCode: (['MINIMIZE', 'MAXIMIZE'] as const).map(value => ({
      value,
      label: directionLabel(value, trans)
    })),
    keptModels: [
      { value: 'ALL', label: trans.__('Of all trials') },
      { value: 'BEST', label: trans.__('Of the best trial') }
    ],
    earlyStoppingAlgorithm: [{ value: 'MEDIAN', label: trans.__('Median') }]
  };
}

/** What another algorithm has to be told anew. */
export function tunedBy(algorithm: IAlgorithm | undefined): FormData {
  return {
    hyperparameterSpecList: algorithm ? [] : [EMPTY_RANGE],
    metricList: [],
    objectiveMetric: undefined
  };
}

export const EMPTY_RANGE = { hyperparameterName: '', hyperparameterTypeCode: 'double' };

/** The form asks for the nodes of a trial; the backend counts those of all parallel trials. */
export function onForm(body: FormData): FormData {
  return body.instanceCount === undefined
    ? body
    : { ...body, instanceCount: Number(body.instanceCount) / parallel(body) };
}

/** The other way round, without the parts of the form that were left empty. */
export function asBody(data: FormData): FormData {
  const body = { ...data };
  if (typeof body.instanceCount === 'number') {
    body.instanceCount = body.instanceCount * parallel(body);
  }
  if (!(body.objectiveMetric as { name?: string } | undefined)?.name) {
    delete body.objectiveMetric;
  }
  return body;
}

function parallel(data: FormData): number {
  return typeof data.parallelTrialCount === 'number' ? data.parallelTrialCount : 1;
}

/** The fields as this form shows them. */
export function tuningProperties(
  properties: Record<string, IProperty>,
  data: FormData,
  algorithm: IAlgorithm | undefined,
  trans: TranslationBundle
): Record<string, IProperty> {
  const instances = Number(data.instanceCount ?? 1) * parallel(data);
  const changed: Record<string, IProperty> = {
    // That there is one is for the backend to say, not for RJSF to fill in.
    hyperparameterSpecList: without(properties.hyperparameterSpecList, 'minItems'),
    instanceCount: {
      ...properties.instanceCount,
      title: trans.__('Nodes of a trial'),
      description: trans.__('More than one for distributed training.')
    },
    parallelTrialCount: {
      ...properties.parallelTrialCount,
      description: trans._n(
        'How many trials run at once. Together with the nodes of each: %1 instance.',
        'How many trials run at once. Together with the nodes of each: %1 instances.',
        instances,
        instances
      )
    },
    objectiveMetric: {
      ...without(properties.objectiveMetric, '$ref'),
      type: 'object',
      properties: { name: { type: 'string' } }
    }
  };
  if (algorithm && algorithm.metricList.length > 0) {
    changed.metricList = {
      ...properties.metricList,
      description: trans.__(
        'Empty: the objective only. This algorithm tells %1.',
        algorithm.metricList.map(each => each.name).join(', ')
      )
    };
  }
  // The order of the sections is that of the properties.
  return Object.fromEntries(
    Object.entries(properties).map(([name, property]) => [name, changed[name] ?? property])
  );
}

function without(property: IProperty, key: keyof IProperty): IProperty {
  const rest = { ...property };
  delete rest[key];
  return rest;
}

/** A search without an end needs one. */
export function neededFields(schema: RJSFSchema, data: FormData): string[] {
  const endless =
    data.tuningStrategyName !== 'GRID' &&
    (data.objectiveGoal === undefined || data.objectiveGoal === null);
  return [...((schema.required ?? []) as string[]), ...(endless ? ['maxTrialCount'] : [])];
}
