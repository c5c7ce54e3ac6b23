/** The form of a private image: where it lies, what it is made from, and with which account, a new one perhaps, it is pulled. */

import type { TranslationBundle } from '@jupyterlab/translation';
import type { RJSFSchema } from '@rjsf/utils';
import React from 'react';

import type { EasyMakerClient } from '../client';
import { ApiError } from '../errors';
import type { EasyMakerModel } from '../model';
import type { IPrivateImage, IPrivateImageCreate } from '../privateImageTypes';
import type { IRegistryAccount } from '../registryAccountTypes';
import type { ICreateSchema, IImage } from '../types';
import { imageChoice } from './labels';
import { FormLoading, useOnce } from './loading';
import { registryTypeChoices } from './RegistryAccountForm';
import { defaultsOf, IProperty, propertiesOf } from './schema';
import { FormData, SchemaForm } from './SchemaForm';

export interface IPrivateImageFormProps {
  model: EasyMakerModel;
  trans: TranslationBundle;
  onCreated(image: IPrivateImage): void;
  onCancel(): void;
}

interface IParts {
  image: ICreateSchema;
  account: ICreateSchema;
  images: IImage[];
  accounts: IRegistryAccount[];
}

/** Chosen for an account that is made on the spot; no id looks like it. */
const NEW = '+';
/** Of a new account; its description and tags are given on its own page. */
const OF_ACCOUNT = ['registryAccountName', 'registryTypeCode', 'loginId', 'password'];

async function load(client: EasyMakerClient): Promise<IParts> {
  const [image, account, training, notebook, accounts] = await Promise.all([
    client.schema('image'),
    client.schema('registry-account'),
    client.images('TRAINING'),
    client.images('NOTEBOOK'),
    client.registryAccounts.list({ sort: 'registryAccountName', limit: 1000 })
  ]);
  const images = [...notebook, ...training].filter(each => each.imageTypeCode === 'PROVIDED');
  return { image, account, images, accounts: accounts.items };
}

export function PrivateImageForm(props: IPrivateImageFormProps): JSX.Element {
  const { client } = props.model;
  const { value: parts, error } = useOnce(() => load(client));
  return parts ? (
    <LoadedForm {...props} parts={parts} />
  ) : (
    <FormLoading error={error} trans={props.trans} />
  );
}

function LoadedForm(props: IPrivateImageFormProps & { parts: IParts }): JSX.Element {
  const { trans, parts } = props;
  const { schema, properties } = React.useMemo(() => joined(parts, trans), [parts, trans]);
  const [data, setData] = React.useState<FormData>(() => ({
    ...defaultsOf(properties),
    groupTypeCode: 'NOTEBOOK',
    registryAccountId: parts.accounts[0]?.registryAccountId ?? NEW
  }));
  const bases = parts.images.filter(each => each.groupTypeCode === data.groupTypeCode);
  return (
    <SchemaForm
      schema={schema}
      properties={properties}
      sections={parts.image.sections}
      openSections={['basic', 'image', 'account']}
      choices={{
        groupTypeCode: [
          { value: 'NOTEBOOK', label: trans.__('Notebook') },
          { value: 'TRAINING', label: trans.__('Training') }
        ],
        images: bases.map(each => imageChoice(each, trans)),
        registryAccounts: [
          ...parts.accounts.map(each => ({
            value: each.registryAccountId,
            label: `${each.registryAccountName} (${each.loginId})`
          })),
          { value: NEW, label: trans.__('A new account') }
        ],
        registryTypeCode: registryTypeChoices(trans)
      }}
      data={data}
      visible={name => data.registryAccountId === NEW || !OF_ACCOUNT.includes(name)}
      uiSchema={{ password: { 'ui:widget': 'PasswordWidget' } }}
      submitLabel={trans.__('Create private image')}
      trans={trans}
      onChange={changed =>
        setData(
          changed.groupTypeCode === data.groupTypeCode
            ? changed
            : { ...changed, baseImageId: undefined }
        )
      }
      onCancel={props.onCancel}
      onSubmit={async body => {
        try {
          props.onCreated(await props.model.client.privateImages.create(separated(body)));
        } catch (error) {
          throw onForm(error);
        }
      }}
    />
  );
}

/** The image's form with the fields of a new account in place of the account itself. */
function joined(
  parts: IParts,
  trans: TranslationBundle
): { schema: RJSFSchema; properties: Record<string, IProperty> } {
  const schema = parts.image.schema as RJSFSchema;
  const account = parts.account.schema as RJSFSchema;
  const own = propertiesOf(schema);
  delete own.registryAccount;
  const more = propertiesOf(account);
  const titles: Record<string, string> = { registryAccountName: trans.__('Name of the account') };
  const fields = OF_ACCOUNT.map((name): [string, IProperty] => [
    name,
    { ...more[name], title: titles[name] ?? more[name].title, 'x-section': 'account' }
  ]);
  return {
    schema: {
      ...schema,
      $defs: { ...schema.$defs, ...account.$defs },
      required: [
        ...((schema.required ?? []) as string[]),
        'registryAccountId',
        ...((account.required ?? []) as string[])
      ]
    },
    properties: { ...own, ...Object.fromEntries(fields) }
  };
}

/** The body as the backend takes it. */
function separated(body: FormData): IPrivateImageCreate {
  const entries = Object.entries(body);
  const own = entries.filter(([name]) => !OF_ACCOUNT.includes(name));
  const result = Object.fromEntries(own);
  if (body.registryAccountId === NEW) {
    delete result.registryAccountId;
    result.registryAccount = Object.fromEntries(
      entries.filter(([name]) => OF_ACCOUNT.includes(name))
    );
  }
  return result as unknown as IPrivateImageCreate;
}

/** What is wrong with the new account stands by its fields. */
function onForm(error: unknown): unknown {
  if (!(error instanceof ApiError)) {
    return error;
  }
  const fields = error.fields.map(({ field, message }) => ({
    field: field.replace(/^registryAccount\./, ''),
    message
  }));
  return new ApiError(error.message, error.status, error.code, fields);
}
