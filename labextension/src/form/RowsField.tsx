/** A list of small objects (hyperparameters, data sets, tags) as rows with a field for each of their properties. */

import { addIcon, closeIcon } from '@jupyterlab/ui-components';
import type { FieldProps, RJSFSchema } from '@rjsf/utils';
import React from 'react';

import { IconButton } from '../components/Button';
import type { IFormContext } from './SchemaForm';

type Row = Record<string, string>;

export function RowsField(props: FieldProps): JSX.Element {
  const { trans } = props.formContext as IFormContext;
  const rows = (props.formData ?? []) as Row[];
  const columns = columnsOf(props);
  const errors = props.rawErrors ?? [];
  const most = props.schema.maxItems;
  const change = (index: number, name: string, value: string): void =>
    props.onChange(rows.map((row, at) => (at === index ? { ...row, [name]: value } : row)));

  return (
    <div className="em-Rows" role="group" aria-label={props.schema.title}>
      {rows.map((row, index) => (
        <div key={index} className="em-Row">
          {columns.map(({ name, title }) => (
            <input
              key={name}
              className="em-Input"
              aria-label={`${title} ${index + 1}`}
              placeholder={title}
              value={row[name] ?? ''}
              spellCheck={false}
              aria-invalid={errors.length > 0}
              onChange={event => change(index, name, event.target.value)}
            />
          ))}
          <IconButton
            icon={closeIcon}
            label={trans.__('Remove')}
            onClick={() => props.onChange(rows.filter((_, at) => at !== index))}
          />
        </div>
      ))}
      <button
        type="button"
        className="em-Button em-mod-plain em-Rows-add"
        disabled={most !== undefined && rows.length >= most}
        onClick={() =>
          props.onChange([...rows, Object.fromEntries(columns.map(({ name }) => [name, '']))])
        }
      >
        <addIcon.react tag="span" className="em-Button-icon" />
        {trans.__('Add')}
      </button>
    </div>
  );
}

function columnsOf(props: FieldProps): { name: string; title: string }[] {
  const { trans } = props.formContext as IFormContext;
  const items = props.schema.items as RJSFSchema;
  const entry = items.$ref
    ? props.registry.schemaUtils.retrieveSchema(items, props.formData?.[0])
    : items;
  return Object.entries((entry.properties ?? {}) as Record<string, RJSFSchema>).map(
    ([name, property]) => ({ name, title: trans.__(property.title ?? name) })
  );
}
