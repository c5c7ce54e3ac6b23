/** One registry account: whose it is, what is pulled with it, and whether a registry takes it. */

import { checkIcon, deleteIcon, editIcon } from '@jupyterlab/ui-components';
import React from 'react';

import { useApp, useHost } from '../app';
import { Button, LinkButton } from '../components/Button';
import { DetailFrame, DetailHeader } from '../components/DetailPage';
import { CopyText, Field, Group, TagList } from '../components/Fields';
import { Ago } from '../components/Times';
import { useOne } from '../hooks';
import { registryAccountIcon } from '../icons';
import { changeLogin, deleteRegistryAccount, editRegistryAccount } from '../registryAccountActions';
import type { IRegistryAccount } from '../registryAccountTypes';
import { registryTypeLabels } from '../registryAccountWords';
import { RegistryCheck, useCheck } from './RegistryCheck';

export function RegistryAccountDetail(props: { id: string }): JSX.Element {
  const { model, trans } = useApp();
  const loaded = useOne(model.client.registryAccounts, props.id);
  return (
    <DetailFrame
      icon={registryAccountIcon}
      loaded={loaded}
      nameOf={account => account.registryAccountName}
      gone={trans.__('This registry account no longer exists')}
    >
      {account => <Content account={account} />}
    </DetailFrame>
  );
}

function Content({ account }: { account: IRegistryAccount }): JSX.Element {
  const app = useApp();
  const host = useHost();
  const { trans } = app;
  const remove = async (): Promise<void> => {
    if (await deleteRegistryAccount(app, account)) {
      host.close();
    }
  };
  return (
    <>
      <DetailHeader
        icon={registryAccountIcon}
        name={account.registryAccountName}
        description={account.description}
        facts={[
          registryTypeLabels(trans)[account.registryTypeCode],
          <>
            {trans.__('Created')} <Ago iso={account.createdDatetime} />
            {account.createdBy && ` ${trans.__('by %1', account.createdBy)}`}
          </>
        ]}
        actions={
          <>
            <Button
              icon={registryAccountIcon}
              label={trans.__('Change ID and password')}
              onClick={() => changeLogin(app, account)}
            />
            <Button
              icon={editIcon}
              label={trans.__('Edit')}
              caption={trans.__('Change name, description and tags')}
              onClick={() => editRegistryAccount(app, account)}
            />
            <Button icon={deleteIcon} label={trans.__('Delete')} onClick={() => void remove()} />
          </>
        }
      />
      <div className="em-TabPanel">
        <div className="em-Groups">
          <Group title={trans.__('Login')}>
            <Field name={trans.__('ID')}>
              <CopyText text={account.loginId} />
            </Field>
            <Field name={trans.__('Password')}>{trans.__('kept encrypted, never shown')}</Field>
          </Group>
          <Group title={trans.__('Pulled with it')}>
            <Field name={trans.__('Images')}>
              {account.imageList.length === 0
                ? trans.__('none')
                : account.imageList.map(image => (
                    <LinkButton
                      key={image.imageId}
                      label={image.imageName}
                      onClick={() => app.open({ page: 'private-image', id: image.imageId })}
                    />
                  ))}
            </Field>
          </Group>
          <Group title={trans.__('About')}>
            <Field name={trans.__('Tags')}>
              {account.tagList.length > 0 && <TagList tags={account.tagList} />}
            </Field>
            <Field name={trans.__('Account ID')}>
              <CopyText text={account.registryAccountId} />
            </Field>
          </Group>
        </div>
        <Check account={account} />
      </div>
    </>
  );
}

/** Whether a registry takes the account now. */
function Check({ account }: { account: IRegistryAccount }): JSX.Element {
  const { model, trans } = useApp();
  const check = useCheck();
  const [address, setAddress] = React.useState('');
  return (
    <section className="em-Group">
      <h3 className="em-Group-title">{trans.__('Check')}</h3>
      <form
        className="em-Keys-new"
        onSubmit={event => {
          event.preventDefault();
          check.check(() =>
            model.client.registryAccounts.check(account.registryAccountId, address.trim())
          );
        }}
      >
        <input
          className="em-Input"
          aria-label={trans.__('Registry, or address of an image')}
          placeholder={trans.__('Registry, or address of an image')}
          spellCheck={false}
          value={address}
          onChange={event => setAddress(event.target.value)}
        />
        <button
          type="submit"
          className="em-Button em-mod-plain"
          disabled={check.checking || address.trim() === ''}
        >
          <checkIcon.react tag="span" className="em-Button-icon" />
          {trans.__('Check credentials')}
        </button>
      </form>
      <RegistryCheck of={check} good={trans.__('The registry takes this account.')} />
    </section>
  );
}
