/** The hyperparameters of a provided algorithm: one field each, with default, range and description. */

import type { FieldProps } from '@rjsf/utils';
import React from 'react';

import type { IHyperparameter, IHyperparameterSpec } from '../types';
import type { IFormContext } from './SchemaForm';

export function ParametersField(props: FieldProps): JSX.Element {
  const specs = props.uiSchema?.['ui:options']?.specs as IHyperparameterSpec[];
  const given = (props.formData ?? []) as IHyperparameter[];
  const valueOf = (name: string): string =>
    given.find(entry => entry.parameterName === name)?.parameterValue ?? '';
  const change = (name: string, value: string): void => {
    const others = given.filter(entry => entry.parameterName !== name);
    props.onChange(
      value === '' ? others : [...others, { parameterName: name, parameterValue: value }]
    );
  };
  return (
    <div className="em-Parameters">
      {specs.map(spec => (
        <Parameter
          key={spec.hyperparameterName}
          id={`${props.idSchema.$id}_${spec.hyperparameterName}`}
          spec={spec}
          context={props.formContext as IFormContext}
          value={valueOf(spec.hyperparameterName)}
          onChange={value => change(spec.hyperparameterName, value)}
        />
      ))}
    </div>
  );
}

function Parameter(props: {
  id: string;
  spec: IHyperparameterSpec;
  context: IFormContext;
  value: string;
  onChange(value: string): void;
}): JSX.Element {
  const { id, spec, value, onChange } = props;
  const { trans } = props.context;
  const choices = spec.hyperparameterSpecifiedValues?.split(',').map(entry => entry.trim());
  const range = rangeOf(spec);
  return (
    <div className="em-Parameter">
      <label className="em-FormField-label" htmlFor={id}>
        <code>{spec.hyperparameterName}</code>
      </label>
      {choices ? (
        <select
          id={id}
          className="em-Input"
          value={value || (spec.defaultValue ?? '')}
          onChange={event =>
            onChange(event.target.value === spec.defaultValue ? '' : event.target.value)
          }
        >
          {choices.map(choice => (
            <option key={choice}>{choice}</option>
          ))}
        </select>
      ) : (
        <input
          id={id}
          className="em-Input"
          value={value}
          placeholder={spec.defaultValue ?? ''}
          onChange={event => onChange(event.target.value)}
        />
      )}
      <p className="em-FormField-help">
        {[trans.__(spec.description), range && trans.__('Range %1.', range)]
          .filter(Boolean)
          .join(' ')}
      </p>
    </div>
  );
}

function rangeOf(spec: IHyperparameterSpec): string {
  const { hyperparameterMinValue: least, hyperparameterMaxValue: most } = spec;
  if (least === null && most === null) {
    return '';
  }
  return `${least ?? '−∞'} – ${most ?? '∞'}`;
}
