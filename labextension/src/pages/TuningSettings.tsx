/** What a tuning was made of: what is searched and how, and what each trial runs. */

import React from 'react';

import { useApp } from '../app';
import { Field, Group } from '../components/Fields';
import { integer, number } from '../format';
import type { ITuning } from '../tuningTypes';
import { directionLabel, rangeText, strategyLabel, typeLabel } from '../tuningWords';
import { About, Code, Inputs, Machine, Outputs } from './SharedSettings';

export function TuningSettings({ tuning }: { tuning: ITuning }): JSX.Element {
  const { trans } = useApp();
  return (
    <>
      <Ranges tuning={tuning} />
      <div className="em-Groups">
        <Strategy tuning={tuning} />
        <Objective tuning={tuning} />
        <Code of={tuning} />
        <Group title={trans.__('Training resources')}>
          <Machine of={tuning} />
          <Field name={trans.__('Instances')}>{tuning.instanceCount}</Field>
          <Field name={trans.__('Parallel trials')}>{tuning.parallelTrialCount}</Field>
          <Field name={trans.__('Nodes of a trial')}>
            {tuning.instanceCount / tuning.parallelTrialCount}
          </Field>
        </Group>
        <Inputs of={tuning} />
        <Outputs of={tuning} />
        <About times={tuning} tags={tuning.tagList} id={tuning.hyperparameterTuningId} />
      </div>
    </>
  );
}

function Ranges({ tuning }: { tuning: ITuning }): JSX.Element {
  const { trans } = useApp();
  return (
    <section className="em-Group em-Ranges">
      <h3 className="em-Group-title">{trans.__('Hyperparameters')}</h3>
      <table className="em-Table em-mod-plain" aria-label={trans.__('Hyperparameters')}>
        <thead>
          <tr>
            <th scope="col">{trans.__('Name')}</th>
            <th scope="col">{trans.__('Type')}</th>
            <th scope="col">{trans.__('Range or values')}</th>
          </tr>
        </thead>
        <tbody>
          {tuning.hyperparameterSpecList.map(range => (
            <tr key={range.hyperparameterName}>
              <td>
                <code>{range.hyperparameterName}</code>
              </td>
              <td>{typeLabel(range.hyperparameterTypeCode, trans)}</td>
              <td>
                <code>{rangeText(range, trans)}</code>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Strategy({ tuning }: { tuning: ITuning }): JSX.Element {
  const { trans, locale } = useApp();
  const kept = { ALL: trans.__('Of all trials'), BEST: trans.__('Of the best trial') };
  return (
    <Group title={trans.__('Tuning strategy')}>
      <Field name={trans.__('Strategy')}>{strategyLabel(tuning.tuningStrategyName, trans)}</Field>
      <Field name={trans.__('Random seed')}>{tuning.tuningStrategyRandomState}</Field>
      <Field name={trans.__('Maximum trials')}>
        {tuning.maxTrialCount !== null && integer(tuning.maxTrialCount, locale)}
      </Field>
      <Field name={trans.__('Maximum failed trials')}>{tuning.maxFailedTrialCount}</Field>
      <Field name={trans.__('Kept models')}>{kept[tuning.keptModels]}</Field>
      <Field name={trans.__('Early stopping')}>
        {tuning.earlyStoppingAlgorithm === null
          ? trans.__('Off')
          : trans.__(
              'Below the median: after %1 trials, from step %2',
              tuning.earlyStoppingMinTrialCount,
              tuning.earlyStoppingStartStep
            )}
      </Field>
    </Group>
  );
}

function Objective({ tuning }: { tuning: ITuning }): JSX.Element {
  const { trans, locale } = useApp();
  const others = tuning.metricList.filter(each => each.name !== tuning.objectiveMetricName);
  return (
    <Group title={trans.__('Objective metric')}>
      <Field name={trans.__('Metric')}>
        <code>{tuning.objectiveMetricName}</code>
      </Field>
      <Field name={trans.__('Direction')}>{directionLabel(tuning.objectiveTypeCode, trans)}</Field>
      <Field name={trans.__('Goal')}>
        {tuning.objectiveGoal !== null && number(tuning.objectiveGoal, locale)}
      </Field>
      <Field name={trans.__('Other metrics')}>
        {others.length > 0 && <code>{others.map(each => each.name).join(', ')}</code>}
      </Field>
      <Field name={trans.__('Metric format')}>
        {tuning.metricRegex && <code>{tuning.metricRegex}</code>}
      </Field>
    </Group>
  );
}
