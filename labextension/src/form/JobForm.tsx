/** The form of what runs code or a provided algorithm: a training, or a tuning, which is many of them. */

import type { TranslationBundle } from '@jupyterlab/translation';
import type { RJSFSchema } from '@rjsf/utils';
import React from 'react';

import type { EasyMakerModel } from '../model';
import type { TemplateContent, TemplateKind } from '../templateTypes';
import type { IAlgorithm } from '../types';
import { FillFrom } from './FillFrom';
import { FormLoading, useOnce } from './loading';
import { bodyOf, defaultsOf, IProperty, propertiesOf } from './schema';
import { FormData, SchemaForm } from './SchemaForm';
import { contentOf, filled } from './templateContent';
import {
  choicesOf,
  consistent,
  firstChoices,
  IParts,
  isVisible,
  load,
  NEW_EXPERIMENT,
  uiSchemaOf
} from './trainingFields';

export interface IJobFormProps {
  model: EasyMakerModel;
  trans: TranslationBundle;
  kind: TemplateKind;
  /** What it begins with besides defaults and first choices. */
  begin: FormData;
  /** What the wire calls its name. */
  nameField: string;
  openSections(data: FormData): string[];
  submitLabel: string;
  /** Said of the button that keeps what is filled in as a template. */
  templateCaption: string;
  /** The fields as they are shown for what is filled in; the schema's own where it is absent. */
  fieldsOf?(
    given: Record<string, IProperty>,
    data: FormData,
    algorithm: IAlgorithm | undefined
  ): Record<string, IProperty>;
  /** The fields that are needed for what is filled in; the schema's own where it is absent. */
  neededFields?(schema: RJSFSchema, data: FormData): string[];
  /** What is sent for what is on the form. */
  asBody?(filledIn: FormData): FormData;
  create(body: FormData): Promise<void>;
  onCancel(): void;
  onSaveTemplate(content: TemplateContent, name: string): void;
}

export function JobForm(props: IJobFormProps): JSX.Element {
  const { client } = props.model;
  const { value: parts, error } = useOnce(() => load(client, props.kind));
  return parts ? (
    <LoadedForm {...props} parts={parts} />
  ) : (
    <FormLoading error={error} trans={props.trans} />
  );
}

function LoadedForm(props: IJobFormProps & { parts: IParts }): JSX.Element {
  const { trans, parts } = props;
  const schema = parts.schema.schema as RJSFSchema;
  const given = React.useMemo(() => propertiesOf(schema), [schema]);
  const [data, setData] = React.useState<FormData>(() => ({
    ...defaultsOf(given),
    ...firstChoices(parts),
    ...props.begin
  }));
  const algorithm = parts.algorithms.find(each => each.algorithmId === data.algorithmId);
  const visible = (name: string): boolean => isVisible(name, data, algorithm);
  const asBody = props.asBody ?? ((body: FormData) => body);
  return (
    <SchemaForm
      schema={
        props.neededFields ? { ...schema, required: props.neededFields(schema, data) } : schema
      }
      properties={props.fieldsOf?.(given, data, algorithm) ?? given}
      sections={parts.schema.sections}
      openSections={props.openSections(data)}
      choices={choicesOf(parts, trans)}
      data={data}
      visible={visible}
      uiSchema={uiSchemaOf(algorithm)}
      submitLabel={props.submitLabel}
      trans={trans}
      before={
        <FillFrom
          templates={parts.templates}
          trans={trans}
          onFill={content => setData(filled(data, content, parts))}
        />
      }
      buttons={
        <button
          type="button"
          className="em-Button em-mod-plain em-mod-last"
          title={props.templateCaption}
          onClick={() =>
            props.onSaveTemplate(
              contentOf(asBody(bodyOf(data, visible))),
              String(data[props.nameField] ?? '')
            )
          }
        >
          {trans.__('Save as template')}
        </button>
      }
      onChange={changed => setData(consistent(changed, data, parts))}
      onCancel={props.onCancel}
      onSubmit={filledIn => {
        const body = asBody(filledIn);
        if (body.experimentId === NEW_EXPERIMENT) {
          delete body.experimentId;
        }
        return props.create(body);
      }}
    />
  );
}
