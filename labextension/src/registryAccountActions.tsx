/** What people do to registry accounts, from wherever they do it. */

import React from 'react';

import { attempt, confirmed } from './confirmation';
import type { IApp } from './app';
import { EditForm } from './components/EditForm';
import { openModal } from './components/modal';
import { RegistryAccountForm } from './form';
import { LoginForm } from './form/LoginForm';
import type { IRegistryAccount } from './registryAccountTypes';

export function createRegistryAccount(app: IApp): void {
  openModal(app, app.trans.__('New registry account'), close => (
    <RegistryAccountForm
      model={app.model}
      trans={app.trans}
      onCancel={close}
      onCreated={account => {
        close();
        app.open({ page: 'registry-account', id: account.registryAccountId });
      }}
    />
  ));
}

export function editRegistryAccount(app: IApp, account: IRegistryAccount): void {
  openModal(app, app.trans.__('Edit registry account'), close => (
    <EditForm
      initial={{
        name: account.registryAccountName,
        description: account.description,
        tagList: account.tagList
      }}
      nameField="registryAccountName"
      close={close}
      save={({ name, description, tagList }) =>
        app.model.client.registryAccounts.update(account.registryAccountId, {
          registryAccountName: name,
          description,
          tagList
        })
      }
    />
  ));
}

/** Refused while something is pulled with them. */
export function changeLogin(app: IApp, account: IRegistryAccount): void {
  openModal(app, app.trans.__('Change ID and password'), close => (
    <LoginForm account={account} close={close} />
  ));
}

/** What is in the way is named in the refusal. */
export async function deleteRegistryAccount(
  app: IApp,
  account: IRegistryAccount
): Promise<boolean> {
  const { trans } = app;
  const sure = await confirmed(
    app,
    trans.__('Delete “%1”?', account.registryAccountName),
    trans.__('Its ID and password are forgotten. This cannot be undone.'),
    trans.__('Delete')
  );
  return (
    sure &&
    attempt(app, trans.__('The registry account could not be deleted'), () =>
      app.model.client.registryAccounts.delete(account.registryAccountId)
    )
  );
}
