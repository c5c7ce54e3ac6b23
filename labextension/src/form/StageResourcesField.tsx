/** The stage resources of a new endpoint or stage: as many as are wanted, one below the other. */

import { addIcon, closeIcon } from '@jupyterlab/ui-components';
import type { FieldProps } from '@rjsf/utils';
import React from 'react';

import { IconButton } from '../components/Button';
import type { IStageResourceCreate } from '../endpointTypes';
import { nestedErrors } from './nestedErrors';
import type { IChoice } from './schema';
import type { IFormContext } from './SchemaForm';
import { StageResourceRow } from './StageResourceRow';

export function StageResourcesField(props: FieldProps): JSX.Element {
  const { trans } = props.formContext as IFormContext;
  const models = (props.uiSchema?.['ui:options']?.models ?? []) as IChoice[];
  const rows = (props.formData ?? []) as IStageResourceCreate[];
  const most = props.schema.maxItems;
  return (
    <div className="em-Resources" role="group" aria-label={props.schema.title}>
      {rows.map((row, index) => (
        <fieldset key={index} className="em-Resource">
          <legend>{trans.__('Resource %1', index + 1)}</legend>
          {rows.length > 1 && (
            <span className="em-Resource-remove">
              <IconButton
                icon={closeIcon}
                label={trans.__('Remove resource %1', index + 1)}
                onClick={() => props.onChange(rows.filter((_, at) => at !== index))}
              />
            </span>
          )}
          <StageResourceRow
            value={row}
            models={models}
            trans={trans}
            onChange={changed =>
              props.onChange(rows.map((each, at) => (at === index ? changed : each)))
            }
          />
        </fieldset>
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
        onClick={() => props.onChange([...rows, { modelId: '', podCount: 1 }])}
      >
        <addIcon.react tag="span" className="em-Button-icon" />
        {trans.__('Add a resource')}
      </button>
    </div>
  );
}
