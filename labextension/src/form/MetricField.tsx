/** The metric that is optimized: one of those a provided algorithm tells, or the name of one's own. */

import type { FieldProps } from '@rjsf/utils';
import React from 'react';

import type { IFormContext } from './SchemaForm';

export function MetricField(props: FieldProps): JSX.Element {
  const { data } = props.formContext as IFormContext;
  const told = props.uiSchema?.['ui:options']?.metrics as string[] | undefined;
  const listed = (data.metricList ?? []) as string[];
  const id = props.idSchema.$id;
  const name = (props.formData as { name?: string } | undefined)?.name ?? '';
  const change = (value: string): void => props.onChange(value ? { name: value } : undefined);
  const invalid = (props.rawErrors ?? []).length > 0;
  if (told && told.length > 0) {
    const offered = listed.length > 0 ? told.filter(each => listed.includes(each)) : told;
    return (
      <select
        id={id}
        className="em-Input"
        value={name}
        aria-invalid={invalid}
        onChange={event => change(event.target.value)}
      >
        <option value="" />
        {offered.map(each => (
          <option key={each}>{each}</option>
        ))}
      </select>
    );
  }
  return (
    <>
      <input
        id={id}
        className="em-Input"
        value={name}
        list={`${id}-listed`}
        placeholder="loss"
        spellCheck={false}
        aria-invalid={invalid}
        onChange={event => change(event.target.value)}
      />
      <datalist id={`${id}-listed`}>
        {listed.map(each => (
          <option key={each} value={each} />
        ))}
      </datalist>
    </>
  );
}
