/** The project's registry accounts. Their passwords are never shown. */

import React from 'react';

import { IApp, useApp } from '../app';
import { Button } from '../components/Button';
import { ListPage } from '../components/ListPage';
import { RowButtons } from '../components/RowButtons';
import type { IColumn } from '../components/Table';
import { integer } from '../format';
import { imageIcon, registryAccountIcon } from '../icons';
import {
  createRegistryAccount,
  deleteRegistryAccount,
  editRegistryAccount
} from '../registryAccountActions';
import type { IRegistryAccount } from '../registryAccountTypes';
import { registryTypeLabels } from '../registryAccountWords';

export function RegistryAccountList(): JSX.Element {
  const app = useApp();
  const { trans, model } = app;
  return (
    <ListPage
      title={trans.__('Registry accounts')}
      api={model.client.registryAccounts}
      columns={() => columns(app)}
      idOf={account => account.registryAccountId}
      page="registry-account"
      nameOf={account => account.registryAccountName}
      nameField="registryAccountName"
      second={account => account.description}
      actions={
        <>
          <Button
            icon={imageIcon}
            label={trans.__('Private images')}
            onClick={() => app.open({ page: 'private-images' })}
          />
        </>
      }
      create={{
        label: trans.__('New registry account'),
        onClick: () => createRegistryAccount(app)
      }}
      createdOptional={2}
      rowActions={account => (
        <RowButtons
          name={account.registryAccountName}
          onEdit={() => editRegistryAccount(app, account)}
          onDelete={() => deleteRegistryAccount(app, account)}
        />
      )}
      empty={{
        icon: registryAccountIcon,
        title: trans.__('No registry accounts yet'),
        text: trans.__(
          'A registry account keeps, encrypted, with whose name and password private images are pulled.'
        )
      }}
    />
  );
}

function columns(app: IApp): IColumn<IRegistryAccount>[] {
  const { trans, locale } = app;
  return [
    {
      key: 'service',
      title: trans.__('Registry service'),
      optional: 1,
      render: account => registryTypeLabels(trans)[account.registryTypeCode]
    },
    { key: 'login', title: trans.__('ID'), render: account => account.loginId },
    {
      key: 'images',
      title: trans.__('Images'),
      align: 'end',
      optional: 1,
      render: account => integer(account.imageList.length, locale)
    }
  ];
}
