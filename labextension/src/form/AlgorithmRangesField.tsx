/** What a tuning does with each hyperparameter of a provided algorithm: its default, one value, or a range. */

import type { FieldProps } from '@rjsf/utils';
import React from 'react';

import type { IHyperparameterRange } from '../tuningTypes';
import { typeLabel } from '../tuningWords';
import type { IHyperparameterSpec } from '../types';
import { nestedErrors } from './nestedErrors';
import { isNumeric, RangeInputs } from './RangesField';
import type { IFormContext } from './SchemaForm';

type Mode = 'default' | 'fixed' | 'range';

export function AlgorithmRangesField(props: FieldProps): JSX.Element {
  const specs = props.uiSchema?.['ui:options']?.specs as IHyperparameterSpec[];
  const given = (props.formData ?? []) as IHyperparameterRange[];
  const change = (name: string, range: IHyperparameterRange | undefined): void => {
    // In the order of the catalogue, whichever was chosen first.
    const next = specs.flatMap(spec => {
      const known = given.find(each => each.hyperparameterName === spec.hyperparameterName);
      return (spec.hyperparameterName === name ? range : known) ?? [];
    });
    props.onChange(next);
  };
  return (
    <div className="em-Parameters" role="group" aria-label={props.schema.title}>
      {specs.map(spec => (
        <Parameter
          key={spec.hyperparameterName}
          id={`${props.idSchema.$id}_${spec.hyperparameterName}`}
          spec={spec}
          context={props.formContext as IFormContext}
          range={given.find(each => each.hyperparameterName === spec.hyperparameterName)}
          onChange={range => change(spec.hyperparameterName, range)}
        />
      ))}
      {nestedErrors(props.errorSchema).map(error => (
        <p key={error} className="em-FormField-error" role="alert">
          {error}
        </p>
      ))}
    </div>
  );
}

function Parameter(props: {
  id: string;
  spec: IHyperparameterSpec;
  context: IFormContext;
  range: IHyperparameterRange | undefined;
  onChange(range: IHyperparameterRange | undefined): void;
}): JSX.Element {
  const { id, spec, context, range, onChange } = props;
  const { trans } = context;
  const name = spec.hyperparameterName;
  const [mode, setMode] = React.useState<Mode>(() => modeOf(range));
  // What is filled in from elsewhere, such as a template, decides again.
  const chosen = range === undefined ? 'default' : mode === 'default' ? modeOf(range) : mode;
  const choose = (next: Mode): void => {
    setMode(next);
    onChange(next === 'default' ? undefined : begun(spec, next));
  };
  const defaultLabel = spec.defaultValue
    ? trans.__('Default: %1', spec.defaultValue)
    : trans.__('Default');
  return (
    <div className="em-Parameter">
      <label className="em-FormField-label" htmlFor={id}>
        <code>{name}</code>{' '}
        <span className="em-mod-quiet">{typeLabel(spec.hyperparameterTypeCode, trans)}</span>
      </label>
      <div className="em-Range">
        <select
          id={id}
          className="em-Input em-Range-mode"
          value={chosen}
          onChange={event => choose(event.target.value as Mode)}
        >
          <option value="default">{defaultLabel}</option>
          <option value="range">
            {isNumeric(spec.hyperparameterTypeCode)
              ? trans.__('Tune within a range')
              : trans.__('Tune over values')}
          </option>
          <option value="fixed">{trans.__('One value')}</option>
        </select>
        {range && chosen === 'range' && (
          <RangeInputs
            range={range}
            suffix={`: ${name}`}
            context={context}
            onChange={fields => onChange({ ...range, ...fields })}
          />
        )}
        {range && chosen === 'fixed' && (
          <span className="em-Range-values">
            <input
              className="em-Input"
              aria-label={trans.__('Value of %1', name)}
              placeholder={trans.__('Value')}
              value={range.hyperparameterMinValue ?? range.hyperparameterSpecifiedValues ?? ''}
              spellCheck={false}
              onChange={event => onChange(fixed(spec, event.target.value))}
            />
          </span>
        )}
      </div>
      <p className="em-FormField-help">{trans.__(spec.description)}</p>
    </div>
  );
}

function modeOf(range: IHyperparameterRange | undefined): Mode {
  if (!range) {
    return 'default';
  }
  const one = isNumeric(range.hyperparameterTypeCode)
    ? range.hyperparameterMinValue === range.hyperparameterMaxValue
    : !range.hyperparameterSpecifiedValues?.includes(',');
  return one ? 'fixed' : 'range';
}

/** A range begins as what the catalogue allows, a value as the default. */
function begun(spec: IHyperparameterSpec, mode: Mode): IHyperparameterRange {
  if (mode === 'fixed') {
    return fixed(spec, spec.defaultValue ?? '');
  }
  return {
    hyperparameterName: spec.hyperparameterName,
    hyperparameterTypeCode: spec.hyperparameterTypeCode,
    hyperparameterMinValue: spec.hyperparameterMinValue ?? undefined,
    hyperparameterMaxValue: spec.hyperparameterMaxValue ?? undefined,
    hyperparameterStep: spec.hyperparameterStep ?? undefined,
    hyperparameterSpecifiedValues: spec.hyperparameterSpecifiedValues ?? undefined
  };
}

function fixed(spec: IHyperparameterSpec, value: string): IHyperparameterRange {
  const given = value || undefined;
  return {
    hyperparameterName: spec.hyperparameterName,
    hyperparameterTypeCode: spec.hyperparameterTypeCode,
    ...(isNumeric(spec.hyperparameterTypeCode)
      ? { hyperparameterMinValue: given, hyperparameterMaxValue: given }
      : { hyperparameterSpecifiedValues: given })
  };
}
