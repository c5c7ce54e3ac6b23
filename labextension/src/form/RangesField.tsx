/** What a tuning varies in own code: a row for each hyperparameter, a range or a list of values by its type. */

import { addIcon, closeIcon } from '@jupyterlab/ui-components';
import type { FieldProps } from '@rjsf/utils';
import React from 'react';

import { IconButton } from '../components/Button';
import type { HyperparameterType, IHyperparameterRange } from '../tuningTypes';
import { typeLabel } from '../tuningWords';
import { nestedErrors } from './nestedErrors';
import type { IFormContext } from './SchemaForm';
import { EMPTY_RANGE } from './tuningFields';

const TYPES: HyperparameterType[] = ['double', 'int', 'discrete', 'categorical'];

export function isNumeric(type: HyperparameterType): boolean {
  return type === 'int' || type === 'double';
}

export function RangesField(props: FieldProps): JSX.Element {
  const { trans } = props.formContext as IFormContext;
  const rows = (props.formData ?? []) as IHyperparameterRange[];
  const most = props.schema.maxItems;
  const change = (at: number, fields: Partial<IHyperparameterRange>): void =>
    props.onChange(rows.map((row, index) => (index === at ? { ...row, ...fields } : row)));
  return (
    <div className="em-RangeRows" role="group" aria-label={props.schema.title}>
      {rows.map((row, index) => (
        <div key={index} className="em-Range">
          <input
            className="em-Input em-Range-name"
            aria-label={`${trans.__('Name')} ${index + 1}`}
            placeholder={trans.__('Name')}
            value={row.hyperparameterName ?? ''}
            spellCheck={false}
            aria-invalid={(props.rawErrors ?? []).length > 0}
            onChange={event => change(index, { hyperparameterName: event.target.value })}
          />
          <select
            className="em-Input em-Range-type"
            aria-label={`${trans.__('Type')} ${index + 1}`}
            value={row.hyperparameterTypeCode ?? 'double'}
            onChange={event => change(index, retyped(row, event.target.value))}
          >
            {TYPES.map(type => (
              <option key={type} value={type}>
                {typeLabel(type, trans)}
              </option>
            ))}
          </select>
          <RangeInputs
            range={row}
            suffix={` ${index + 1}`}
            context={props.formContext as IFormContext}
            onChange={fields => change(index, fields)}
          />
          <IconButton
            icon={closeIcon}
            label={trans.__('Remove')}
            onClick={() => props.onChange(rows.filter((_, at) => at !== index))}
          />
        </div>
      ))}
      {nestedErrors(props.errorSchema).map(error => (
        <p key={error} className="em-FormField-error" role="alert">
          {error}
        </p>
      ))}
      <button
        type="button"
        className="em-Button em-mod-plain em-Rows-add"
        disabled={most !== undefined && rows.length >= most}
        onClick={() => props.onChange([...rows, EMPTY_RANGE])}
      >
        <addIcon.react tag="span" className="em-Button-icon" />
        {trans.__('Add')}
      </button>
    </div>
  );
}

/** Of another type: a range has no list of values, a list has no ends. */
function retyped(row: IHyperparameterRange, value: string): Partial<IHyperparameterRange> {
  const type = value as HyperparameterType;
  if (isNumeric(type) === isNumeric(row.hyperparameterTypeCode ?? 'double')) {
    return { hyperparameterTypeCode: type };
  }
  return {
    hyperparameterTypeCode: type,
    hyperparameterMinValue: undefined,
    hyperparameterMaxValue: undefined,
    hyperparameterStep: undefined,
    hyperparameterSpecifiedValues: undefined
  };
}

/** Min, max and step, or the values with commas between them. */
export function RangeInputs(props: {
  range: IHyperparameterRange;
  /** After the labels, to tell one row from the others. */
  suffix: string;
  context: IFormContext;
  onChange(fields: Partial<IHyperparameterRange>): void;
}): JSX.Element {
  const { range, suffix, onChange } = props;
  const { trans } = props.context;
  const cells: [keyof IHyperparameterRange, string, string][] = isNumeric(
    range.hyperparameterTypeCode ?? 'double'
  )
    ? [
        ['hyperparameterMinValue', trans.__('Min'), trans.__('Min')],
        ['hyperparameterMaxValue', trans.__('Max'), trans.__('Max')],
        ['hyperparameterStep', trans.__('Step'), trans.__('Step')]
      ]
    : [
        [
          'hyperparameterSpecifiedValues',
          trans.__('Values'),
          range.hyperparameterTypeCode === 'discrete'
            ? trans.__('Values: 16, 32, 64')
            : trans.__('Values: adam, sgd')
        ]
      ];
  return (
    <span className="em-Range-values">
      {cells.map(([name, label, placeholder]) => (
        <input
          key={name}
          className="em-Input"
          aria-label={`${label}${suffix}`}
          placeholder={placeholder}
          value={range[name] ?? ''}
          spellCheck={false}
          onChange={event => onChange({ [name]: event.target.value || undefined })}
        />
      ))}
    </span>
  );
}
