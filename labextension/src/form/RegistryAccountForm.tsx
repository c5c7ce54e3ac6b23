/** The form of a registry account. */

import type { TranslationBundle } from '@jupyterlab/translation';
import type { RJSFSchema } from '@rjsf/utils';
import React from 'react';

import type { EasyMakerModel } from '../model';
import type { IRegistryAccount, IRegistryAccountCreate } from '../registryAccountTypes';
import { registryTypeLabels } from '../registryAccountWords';
import type { ICreateSchema } from '../types';
import { FormLoading, useOnce } from './loading';
import { defaultsOf, IChoice, propertiesOf } from './schema';
import { FormData, SchemaForm } from './SchemaForm';

export interface IRegistryAccountFormProps {
  model: EasyMakerModel;
  trans: TranslationBundle;
  onCreated(account: IRegistryAccount): void;
  onCancel(): void;
}

export function RegistryAccountForm(props: IRegistryAccountFormProps): JSX.Element {
  const { client } = props.model;
  const { value, error } = useOnce(() => client.schema('registry-account'));
  return value ? (
    <LoadedForm {...props} parts={value} />
  ) : (
    <FormLoading error={error} trans={props.trans} />
  );
}

function LoadedForm(props: IRegistryAccountFormProps & { parts: ICreateSchema }): JSX.Element {
  const { trans, parts } = props;
  const schema = parts.schema as RJSFSchema;
  const properties = React.useMemo(() => propertiesOf(schema), [schema]);
  const [data, setData] = React.useState<FormData>(() => defaultsOf(properties));
  return (
    <SchemaForm
      schema={schema}
      properties={properties}
      sections={parts.sections}
      openSections={['basic', 'login']}
      choices={{ registryTypeCode: registryTypeChoices(trans) }}
      data={data}
      visible={() => true}
      uiSchema={{ password: { 'ui:widget': 'PasswordWidget' } }}
      submitLabel={trans.__('Create registry account')}
      trans={trans}
      onChange={setData}
      onCancel={props.onCancel}
      onSubmit={async body =>
        props.onCreated(
          await props.model.client.registryAccounts.create(
            body as unknown as IRegistryAccountCreate
          )
        )
      }
    />
  );
}

export function registryTypeChoices(trans: TranslationBundle): IChoice[] {
  return Object.entries(registryTypeLabels(trans)).map(([value, label]) => ({ value, label }));
}
