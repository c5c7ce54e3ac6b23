/** A form made from a resource's JSON Schema: its sections, its errors in place, sent with the button or Ctrl+Enter. */

import type { TranslationBundle } from '@jupyterlab/translation';
import { FormComponent } from '@jupyterlab/ui-components';
import type { FormProps } from '@rjsf/core';
import type { ErrorSchema, RJSFSchema, UiSchema } from '@rjsf/utils';
import validator from '@rjsf/validator-ajv8';
import React from 'react';

import { AccountNote } from '../storage/AccountNote';
import { refusalOf } from './errors';
import { AlgorithmRangesField } from './AlgorithmRangesField';
import { MetricField } from './MetricField';
import { ParametersField } from './ParametersField';
import { RangesField } from './RangesField';
import { RowsField } from './RowsField';
import { StageResourcesField } from './StageResourcesField';
import { StringsField } from './StringsField';
import { bodyOf, Choices, IProperty, renderedSchema } from './schema';
import { FieldTemplate, ObjectFieldTemplate } from './templates';
import { widgets } from './widgets';

export type FormData = Record<string, unknown>;

/** JupyterLab types its form for JSON objects; ours holds fields that are not filled in yet, too. */
const Form = FormComponent as unknown as React.ComponentType<FormProps>;

/** What the form's parts share. */
export interface IFormContext {
  trans: TranslationBundle;
  /** Of the form itself, with which those of its fields begin: there may be several forms in as many tabs. */
  id: string;
  /** What is filled in. */
  data: FormData;
  /** Fill in several fields at once. */
  change(fields: FormData): void;
  sections: Record<string, string>;
  sectionOf(name: string): string | undefined;
  openSections: Set<string>;
}

export interface ISchemaFormProps {
  schema: RJSFSchema;
  properties: Record<string, IProperty>;
  sections: Record<string, string>;
  /** Sections that are open at first; those with an error open by themselves. */
  openSections: string[];
  choices: Choices;
  data: FormData;
  visible(name: string): boolean;
  uiSchema?: UiSchema;
  submitLabel: string;
  /** Above the first section. */
  before?: React.ReactNode;
  /** Buttons after those of the form itself. */
  buttons?: React.ReactNode;
  trans: TranslationBundle;
  onChange(data: FormData): void;
  /** Send it; what it throws is shown. */
  onSubmit(body: FormData): Promise<void>;
  onCancel(): void;
}

const WIDGETS: Record<string, UiSchema> = {
  uri: { 'ui:widget': 'UriWidget' },
  textarea: { 'ui:widget': 'TextareaWidget' },
  strings: { 'ui:field': 'StringsField' },
  keyvalue: { 'ui:field': 'RowsField' },
  tags: { 'ui:field': 'RowsField' },
  ranges: { 'ui:field': 'RangesField' },
  named: { 'ui:field': 'MetricField' }
};

const FIELDS = {
  RowsField,
  ParametersField,
  StringsField,
  RangesField,
  AlgorithmRangesField,
  MetricField,
  StageResourcesField
};

const NO_ERRORS: ErrorSchema = {};

export function SchemaForm(props: ISchemaFormProps): JSX.Element {
  const { trans, properties, visible, data } = props;
  const [errors, setErrors] = React.useState<ErrorSchema>(NO_ERRORS);
  const [sentence, setSentence] = React.useState('');
  const [busy, setBusy] = React.useState(false);
  const id = React.useId();
  const container = React.useRef<HTMLDivElement>(null);

  const wrong = new Set(Object.keys(errors).map(name => properties[name]?.['x-section'] ?? ''));
  const formContext: IFormContext = {
    trans,
    id,
    data,
    change: fields => props.onChange({ ...data, ...fields }),
    sections: Object.fromEntries(
      Object.entries(props.sections).map(([key, title]) => [key, trans.__(title)])
    ),
    sectionOf: name => properties[name]?.['x-section'],
    openSections: new Set([...props.openSections, ...wrong])
  };

  const titles = Object.fromEntries(
    Object.entries(properties).map(([name, property]) => [name, trans.__(property.title ?? name)])
  );
  const fail = (error: unknown): void => {
    const refusal = refusalOf(error, name => visible(name) && name in properties, titles);
    setErrors(refusal.byField);
    setSentence(refusal.sentence);
  };
  const submit = (): void => {
    setBusy(true);
    setErrors(NO_ERRORS);
    setSentence('');
    props
      .onSubmit(bodyOf(data, visible))
      .catch(fail)
      .finally(() => setBusy(false));
  };
  // Errors may be far down: the first one comes into view.
  React.useEffect(() => {
    container.current?.querySelector('[role="alert"]')?.scrollIntoView({ block: 'center' });
  }, [errors, sentence]);

  return (
    <div
      className="em-Form"
      ref={container}
      onKeyDown={event => {
        if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
          event.preventDefault();
          container.current?.querySelector('form')?.requestSubmit();
        }
      }}
    >
      {sentence && (
        <p className="em-Form-error" role="alert">
          {sentence}
        </p>
      )}
      {props.before}
      <Form
        schema={renderedSchema(props.schema, properties, visible, props.choices, trans)}
        uiSchema={uiSchemaOf(properties, props.uiSchema)}
        formData={data}
        formContext={formContext}
        idPrefix={id}
        validator={validator}
        extraErrors={errors}
        templates={{ FieldTemplate, ObjectFieldTemplate }}
        widgets={widgets}
        fields={FIELDS}
        showErrorList={false}
        noHtml5Validate
        liveValidate={false}
        transformErrors={found =>
          found.map(error =>
            error.name === 'required' ? { ...error, message: trans.__('is needed') } : error
          )
        }
        onChange={(event: { formData?: FormData }) => {
          setErrors(NO_ERRORS);
          props.onChange(event.formData ?? {});
        }}
        onError={() =>
          setTimeout(() =>
            container.current?.querySelector('[role="alert"]')?.scrollIntoView({ block: 'center' })
          )
        }
        onSubmit={submit}
      >
        {Object.values(properties).some(each => each['x-widget'] === 'uri') && <AccountNote />}
        <div className="em-Form-buttons">
          <button
            type="submit"
            className="em-Button em-mod-accept"
            disabled={busy}
            title={trans.__('Ctrl+Enter')}
          >
            {busy ? trans.__('Saving…') : props.submitLabel}
          </button>
          <button type="button" className="em-Button em-mod-plain" onClick={props.onCancel}>
            {trans.__('Cancel')}
          </button>
          {props.buttons}
        </div>
      </Form>
    </div>
  );
}

function uiSchemaOf(properties: Record<string, IProperty>, own: UiSchema = {}): UiSchema {
  const made: UiSchema = { 'ui:submitButtonOptions': { norender: true } };
  for (const [name, property] of Object.entries(properties)) {
    const list = property.type === 'array' ? { 'ui:field': 'RowsField' } : {};
    made[name] = { ...list, ...WIDGETS[property['x-widget'] ?? ''], ...own[name] };
  }
  return made;
}
