/** Text, numbers and switches in the panel's look. */

import type { WidgetProps } from '@rjsf/utils';
import React from 'react';

import { SelectWidget } from './SelectWidget';
import { EntryPointWidget, UriWidget } from './UriWidget';

function TextWidget(props: WidgetProps): JSX.Element {
  const { id, value, required, disabled, onChange, schema } = props;
  const numeric = schema.type === 'integer' || schema.type === 'number';
  return (
    <input
      id={id}
      className="em-Input"
      type={numeric ? 'number' : 'text'}
      value={value ?? ''}
      required={required}
      disabled={disabled}
      min={schema.minimum}
      max={schema.maximum}
      spellCheck={false}
      placeholder={props.placeholder}
      aria-invalid={(props.rawErrors?.length ?? 0) > 0}
      onChange={event => onChange(read(event.target.value, numeric))}
    />
  );
}

/** What is typed is not shown, and no browser fills in a password of its own. */
function PasswordWidget(props: WidgetProps): JSX.Element {
  return (
    <input
      id={props.id}
      className="em-Input"
      type="password"
      autoComplete="new-password"
      value={props.value ?? ''}
      required={props.required}
      aria-invalid={(props.rawErrors?.length ?? 0) > 0}
      onChange={event => props.onChange(event.target.value || undefined)}
    />
  );
}

function read(text: string, numeric: boolean): string | number | undefined {
  if (text === '') {
    return undefined;
  }
  return numeric ? Number(text) : text;
}

function TextareaWidget(props: WidgetProps): JSX.Element {
  return (
    <textarea
      id={props.id}
      className="em-Input"
      rows={2}
      value={props.value ?? ''}
      aria-invalid={(props.rawErrors?.length ?? 0) > 0}
      onChange={event => props.onChange(event.target.value || undefined)}
    />
  );
}

function CheckboxWidget(props: WidgetProps): JSX.Element {
  return (
    <label className="em-Checkbox" htmlFor={props.id}>
      <input
        id={props.id}
        type="checkbox"
        checked={props.value === true}
        disabled={props.disabled}
        onChange={event => props.onChange(event.target.checked)}
      />
      {props.label}
    </label>
  );
}

export const widgets = {
  PasswordWidget,
  TextWidget,
  TextareaWidget,
  CheckboxWidget,
  SelectWidget,
  UriWidget,
  EntryPointWidget
};
