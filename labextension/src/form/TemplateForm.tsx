/** The form of a template: settings of a training or a tuning of which none is needed, and a name for them. */

import type { TranslationBundle } from '@jupyterlab/translation';
import type { RJSFSchema } from '@rjsf/utils';
import React from 'react';

import { ApiError } from '../errors';
import type { EasyMakerModel } from '../model';
import type { ITrainingTemplate, ITrainingTemplateCreate, TemplateKind } from '../templateTypes';
import { templateKindLabel } from '../templateWords';
import type { ITag } from '../types';
import { FormLoading, useOnce } from './loading';
import { IProperty, propertiesOf } from './schema';
import { FormData, SchemaForm } from './SchemaForm';
import { contentOf } from './templateContent';
import { choicesOf, consistent, IParts, isVisible, load, uiSchemaOf } from './trainingFields';
import { asBody, onForm, tuningProperties } from './tuningFields';

export interface ITemplateFormProps {
  model: EasyMakerModel;
  /** The template to change; without it a new one is made. */
  template?: ITrainingTemplate;
  trans: TranslationBundle;
  onSaved(template: ITrainingTemplate): void;
  onCancel(): void;
}

const KINDS: TemplateKind[] = ['TRAINING', 'HYPERPARAMETER_TUNING'];
const OF_ONE = [
  ...['trainingName', 'hyperparameterTuningName', 'description'],
  ...['experimentName', 'experimentDescription']
];

export function TemplateForm(props: ITemplateFormProps): JSX.Element {
  const [kind, setKind] = React.useState<TemplateKind>(props.template?.kind ?? 'TRAINING');
  return <KindForm key={kind} {...props} kind={kind} onKind={setKind} />;
}

interface IKindProps extends ITemplateFormProps {
  kind: TemplateKind;
  onKind(kind: TemplateKind): void;
}

function KindForm(props: IKindProps): JSX.Element {
  const { client } = props.model;
  const { value: parts, error } = useOnce(() => load(client, props.kind));
  return parts ? (
    <LoadedForm {...props} parts={parts} />
  ) : (
    <FormLoading error={error} trans={props.trans} />
  );
}

function LoadedForm(props: IKindProps & { parts: IParts }): JSX.Element {
  const { trans, parts, template } = props;
  const schema = React.useMemo(
    () => templateSchema(parts.schema.schema as RJSFSchema, trans),
    [parts, trans]
  );
  const given = React.useMemo(() => propertiesOf(schema), [schema]);
  const [data, setData] = React.useState<FormData>(() => dataOf(template, parts));
  const algorithm = parts.algorithms.find(each => each.algorithmId === data.algorithmId);
  const properties =
    parts.kind === 'TRAINING' ? given : tuningProperties(given, data, algorithm, trans);

  return (
    <SchemaForm
      schema={schema}
      properties={properties}
      sections={parts.schema.sections}
      openSections={['basic', 'algorithm', 'image', 'resources', 'input', 'output']}
      choices={choicesOf(parts, trans, false)}
      data={data}
      visible={name => isVisible(name, data, algorithm)}
      uiSchema={uiSchemaOf(algorithm)}
      submitLabel={template ? trans.__('Save') : trans.__('Create template')}
      trans={trans}
      before={!template && <KindChoice kind={props.kind} trans={trans} onKind={props.onKind} />}
      onChange={changed => setData(consistent(changed, data, parts))}
      onCancel={props.onCancel}
      onSubmit={async body => props.onSaved(await save(props, body))}
    />
  );
}

/** What is filled in so far is of the other kind, and begins anew. */
function KindChoice(props: {
  kind: TemplateKind;
  trans: TranslationBundle;
  onKind(kind: TemplateKind): void;
}): JSX.Element {
  const id = React.useId();
  return (
    <div className="em-FillFrom">
      <label htmlFor={id}>{props.trans.__('Settings of')}</label>
      <select
        id={id}
        className="em-Input"
        value={props.kind}
        onChange={event => props.onKind(event.target.value as TemplateKind)}
      >
        {KINDS.map(kind => (
          <option key={kind} value={kind}>
            {templateKindLabel(kind, props.trans)}
          </option>
        ))}
      </select>
    </div>
  );
}

/** A training's or tuning's schema with the template's own fields before it and nothing but its name needed. */
function templateSchema(schema: RJSFSchema, trans: TranslationBundle): RJSFSchema {
  const kept = Object.entries((schema.properties ?? {}) as Record<string, IProperty>).filter(
    ([name]) => !OF_ONE.includes(name)
  );
  const own: Record<string, IProperty> = {
    trainingTemplateName: {
      type: 'string',
      title: trans.__('Name'),
      description: trans.__('Unique in the project.'),
      'x-section': 'basic'
    },
    templateDescription: {
      type: 'string',
      title: trans.__('Description'),
      'x-section': 'basic',
      'x-widget': 'textarea'
    },
    templateTagList: {
      type: 'array',
      title: trans.__('Tags of the template'),
      items: { $ref: '#/$defs/Tag' },
      maxItems: 10,
      'x-section': 'basic',
      'x-widget': 'tags'
    }
  };
  return {
    ...schema,
    required: ['trainingTemplateName'],
    properties: { ...own, ...Object.fromEntries(kept) }
  } as RJSFSchema;
}

function dataOf(template: ITrainingTemplate | undefined, parts: IParts): FormData {
  if (!template) {
    return {};
  }
  return {
    ...(parts.kind === 'TRAINING' ? template.content : onForm(template.content as FormData)),
    trainingTemplateName: template.trainingTemplateName,
    templateDescription: template.description,
    templateTagList: template.tagList
  };
}

async function save(props: IKindProps, body: FormData): Promise<ITrainingTemplate> {
  const { trainingTemplateName, templateDescription, templateTagList, ...content } = body;
  const made: ITrainingTemplateCreate = {
    trainingTemplateName: String(trainingTemplateName),
    description: String(templateDescription ?? ''),
    tagList: (templateTagList ?? []) as ITag[],
    kind: props.kind,
    content: contentOf(props.kind === 'TRAINING' ? content : asBody(content))
  };
  const { templates } = props.model.client;
  try {
    return await (props.template
      ? templates.update(props.template.trainingTemplateId, made)
      : templates.create(made));
  } catch (error) {
    throw error instanceof ApiError ? asOnTheForm(error) : error;
  }
}

/** The form shows a template's settings as if they were its own. */
function asOnTheForm(error: ApiError): ApiError {
  const names: Record<string, string> = {
    description: 'templateDescription',
    tagList: 'templateTagList'
  };
  const fields = error.fields.map(({ field, message }) => {
    const [first, ...rest] = field.split('.');
    const path = first === 'content' ? rest : [names[first] ?? first, ...rest];
    return { field: path.join('.'), message };
  });
  return new ApiError(error.message, error.status, error.code, fields);
}
