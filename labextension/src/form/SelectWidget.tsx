/** A choice from a list: short ones as a select, long ones searched by typing. */

import type { WidgetProps } from '@rjsf/utils';
import React from 'react';

import type { IFormContext } from './SchemaForm';

/** Above this many entries people type instead of scrolling. */
const MANY = 12;

export function SelectWidget(props: WidgetProps): JSX.Element {
  const { options, id, value, required, disabled, onChange } = props;
  const { trans } = props.formContext as IFormContext;
  const entries = options.enumOptions ?? [];
  const emptyValue = '';
  if (entries.length > MANY) {
    return <SearchedSelect {...props} />;
  }
  return (
    <select
      id={id}
      className="em-Input"
      value={value ?? emptyValue}
      required={required}
      disabled={disabled}
      aria-invalid={(props.rawErrors?.length ?? 0) > 0}
      onChange={event =>
        onChange(event.target.value === emptyValue ? undefined : event.target.value)
      }
    >
      {(!required || value === undefined) && (
        <option value={emptyValue}>{entries.length > 0 ? '' : trans.__('There are none')}</option>
      )}
      {entries.map(entry => (
        <option key={entry.value} value={entry.value}>
          {entry.label}
        </option>
      ))}
    </select>
  );
}

function SearchedSelect(props: WidgetProps): JSX.Element {
  const { options, id, value, onChange } = props;
  const entries = options.enumOptions ?? [];
  const labelOf = (given: unknown): string =>
    entries.find(entry => entry.value === given)?.label ?? '';
  const [text, setText] = React.useState(labelOf(value));
  React.useEffect(() => setText(labelOf(value)), [value]); // eslint-disable-line react-hooks/exhaustive-deps
  return (
    <>
      <input
        id={id}
        className="em-Input"
        list={`${id}-entries`}
        value={text}
        required={props.required}
        disabled={props.disabled}
        onChange={event => {
          setText(event.target.value);
          const found = entries.find(entry => entry.label === event.target.value);
          onChange(found ? found.value : undefined);
        }}
      />
      <datalist id={`${id}-entries`}>
        {entries.map(entry => (
          <option key={entry.value} value={entry.label} />
        ))}
      </datalist>
    </>
  );
}
