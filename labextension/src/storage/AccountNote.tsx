/** Whom people grant access to their containers: the system account EasyMaker reads and writes with. */

import React from 'react';

import { useApp } from '../app';
import type { ISystemAccount } from './types';

/** Says nothing where the project has no object storage. */
export function AccountNote(): JSX.Element | null {
  const { model } = useApp();
  const [account, setAccount] = React.useState<ISystemAccount | null>(null);
  React.useEffect(() => {
    let left = false;
    model.client.storages.list().then(
      found => !left && setAccount(found.account),
      () => undefined // the field that needs a storage says what is wrong with it
    );
    return () => {
      left = true;
    };
  }, [model]);
  return account && <AccountText account={account} />;
}

export function AccountText({ account }: { account: ISystemAccount }): JSX.Element {
  const { trans } = useApp();
  return (
    <p className="em-Storage-note">
      {trans.__(
        'EasyMaker reads and writes your containers as tenant %1, user %2: grant it access to them.',
        account.tenantId,
        account.userId
      )}
    </p>
  );
}
