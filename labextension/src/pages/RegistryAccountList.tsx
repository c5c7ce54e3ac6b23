/** The project's registry accounts. Their passwords are never shown. */

import { addIcon, deleteIcon, editIcon } from '@jupyterlab/ui-components';
import React from 'react';

import { IApp, useApp } from '../app';
import { Button, IconButton, LinkButton } from '../components/Button';
import { ListPage } from '../components/ListPage';
import type { IColumn } from '../components/Table';
import { Ago } from '../components/Times';
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
  const newButton = (
    <Button
      kind="accept"
      icon={addIcon}
      label={trans.__('New registry account')}
      onClick={() => createRegistryAccount(app)}
    />
  );
  return (
    <ListPage
      title={trans.__('Registry accounts')}
      api={model.client.registryAccounts}
      columns={() => columns(app)}
      idOf={account => account.registryAccountId}
      onOpen={account => app.open({ page: 'registry-account', id: account.registryAccountId })}
      actions={
        <>
          <Button
            icon={imageIcon}
            label={trans.__('Private images')}
            onClick={() => app.open({ page: 'private-images' })}
          />
          {newButton}
        </>
      }
      empty={{
        icon: registryAccountIcon,
        title: trans.__('No registry accounts yet'),
        text: trans.__(
          'A registry account keeps, encrypted, with whose name and password private images are pulled.'
        ),
        action: newButton
      }}
    />
  );
}

function columns(app: IApp): IColumn<IRegistryAccount>[] {
  const { trans, locale } = app;
  return [
    {
      key: 'name',
      title: trans.__('Name'),
      sort: 'registryAccountName',
      render: account => (
        <>
          <LinkButton
            label={account.registryAccountName}
            onClick={() => app.open({ page: 'registry-account', id: account.registryAccountId })}
          />
          <div className="em-mod-second">{account.description}</div>
        </>
      )
    },
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
    },
    {
      key: 'created',
      title: trans.__('Created'),
      sort: 'createdDatetime',
      optional: 2,
      render: account => <Ago iso={account.createdDatetime} />
    },
    {
      key: 'actions',
      title: '',
      align: 'end',
      render: account => (
        <span className="em-RowActions">
          <IconButton
            icon={editIcon}
            label={trans.__('Edit %1', account.registryAccountName)}
            onClick={() => editRegistryAccount(app, account)}
          />
          <IconButton
            icon={deleteIcon}
            label={trans.__('Delete %1', account.registryAccountName)}
            onClick={() => void deleteRegistryAccount(app, account)}
          />
        </span>
      )
    }
  ];
}
