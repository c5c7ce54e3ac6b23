/** How fields and sections look: labels above, help below, errors in place. */

import type { FieldTemplateProps, ObjectFieldTemplateProps } from '@rjsf/utils';
import React from 'react';

import type { IFormContext } from './SchemaForm';

export function FieldTemplate(props: FieldTemplateProps): JSX.Element {
  const { id, label, required, description, rawErrors, children, schema, hidden } = props;
  if (hidden) {
    return <div hidden>{children}</div>;
  }
  if (id === (props.formContext as IFormContext).id) {
    return <>{children}</>;
  }
  const errors = [...new Set(rawErrors ?? [])];
  const labelled = schema.type !== 'boolean';
  return (
    <div className={`em-FormField${errors.length > 0 ? ' em-mod-invalid' : ''}`}>
      {labelled && (
        <label className="em-FormField-label" htmlFor={id}>
          {label}
          {required && (
            <span className="em-FormField-required" aria-hidden>
              *
            </span>
          )}
        </label>
      )}
      {children}
      {errors.map(error => (
        <p key={error} className="em-FormField-error" role="alert">
          {error}
        </p>
      ))}
      {description && props.rawDescription && (
        <p className="em-FormField-help">{props.rawDescription}</p>
      )}
    </div>
  );
}

/** The root object as sections; those of rarely changed settings are closed until asked for. */
export function ObjectFieldTemplate(props: ObjectFieldTemplateProps): JSX.Element {
  const { sections, sectionOf, openSections } = props.formContext as IFormContext;
  return (
    <>
      {Object.entries(sections).map(([key, title]) => {
        const fields = props.properties.filter(property => sectionOf(property.name) === key);
        if (fields.length === 0) {
          return null;
        }
        return (
          <details key={key} className="em-FormSection" open={openSections.has(key)}>
            <summary className="em-FormSection-title">{title}</summary>
            <div className="em-FormSection-fields">{fields.map(field => field.content)}</div>
          </details>
        );
      })}
    </>
  );
}
