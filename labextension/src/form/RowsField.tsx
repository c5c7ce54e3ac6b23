/** Lists of small objects in a form. */

import type { FieldProps, RJSFSchema } from '@rjsf/utils';
import React from 'react';

import { Row, Rows } from '../components/Rows';
import type { IFormContext } from './SchemaForm';
import { BrowseButton } from './UriWidget';

export function RowsField(props: FieldProps): JSX.Element {
  return (
    <Rows
      title={props.schema.title}
      columns={columnsOf(props)}
      rows={(props.formData ?? []) as Row[]}
      most={props.schema.maxItems}
      invalid={(props.rawErrors ?? []).length > 0}
      trans={(props.formContext as IFormContext).trans}
      beside={(name, value, change) =>
        name.endsWith('Uri') && (
          <BrowseButton
            label={props.schema.title ?? ''}
            value={value}
            wanted="any"
            onPick={change}
          />
        )
      }
      onChange={props.onChange}
    />
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
