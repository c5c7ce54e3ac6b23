/** From the backend's JSON Schema to one RJSF renders well: optional fields plain, choices filled in, text translated. */

import type { TranslationBundle } from '@jupyterlab/translation';
import type { RJSFSchema } from '@rjsf/utils';

export interface IChoice {
  value: string;
  label: string;
}

/** The entries of each `x-choices` list, and of each field that has a list of its own. */
export type Choices = Record<string, IChoice[]>;

/** A property of a create body, with what the backend says of how to show it. */
export interface IProperty extends RJSFSchema {
  'x-section'?: string;
  'x-choices'?: string;
  'x-widget'?: string;
}

/** The properties people fill in, in the backend's order. */
export function propertiesOf(schema: RJSFSchema): Record<string, IProperty> {
  const shown = Object.entries((schema.properties ?? {}) as Record<string, IProperty>).filter(
    ([, property]) => property['x-section'] !== undefined
  );
  return Object.fromEntries(shown.map(([name, property]) => [name, plain(property)]));
}

/** `anyOf: [type, null]`, as optional fields come, becomes the type. */
function plain(property: IProperty): IProperty {
  const options = (property.anyOf ?? []) as RJSFSchema[];
  const kept = options.find(option => option.type !== 'null');
  if (!kept || options.length !== 2) {
    return property;
  }
  const rest: IProperty = { ...kept, ...property };
  delete rest.anyOf;
  if (rest.default === null) {
    delete rest.default;
  }
  return rest;
}

/** The schema to render: only `visible` properties, in the words of the reader. */
export function renderedSchema(
  schema: RJSFSchema,
  properties: Record<string, IProperty>,
  visible: (name: string) => boolean,
  choices: Choices,
  trans: TranslationBundle
): RJSFSchema {
  const shown = Object.entries(properties).filter(([name]) => visible(name));
  return {
    type: 'object',
    $defs: schema.$defs,
    required: ((schema.required ?? []) as string[]).filter(visible),
    properties: Object.fromEntries(
      shown.map(([name, property]) => [name, worded(name, property, choices, trans)])
    )
  };
}

function worded(
  name: string,
  property: IProperty,
  choices: Choices,
  trans: TranslationBundle
): RJSFSchema {
  const result: RJSFSchema = {
    ...property,
    title: property.title ? trans.__(property.title) : property.title,
    description: property.description ? trans.__(property.description) : undefined
  };
  const list = choices[property['x-choices'] ?? name];
  if (list) {
    delete result.$ref; // the enumeration whose values are said in words
    result.type = 'string';
    result.oneOf = list.map(choice => ({ const: choice.value, title: choice.label }));
  }
  return result;
}

/** The values fields have when nobody gave one. */
export function defaultsOf(properties: Record<string, IProperty>): Record<string, unknown> {
  const given = Object.entries(properties).filter(([, property]) => property.default !== undefined);
  return Object.fromEntries(given.map(([name, property]) => [name, property.default]));
}

/** The body to send: what is visible and filled in. */
export function bodyOf(
  data: Record<string, unknown>,
  visible: (name: string) => boolean
): Record<string, unknown> {
  const filled = Object.entries(data).filter(
    ([name, value]) => visible(name) && value !== undefined && value !== null && value !== ''
  );
  return Object.fromEntries(filled);
}
