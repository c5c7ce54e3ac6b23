/** A new ID and password for a registry account. What it had is not shown, and neither is what is typed. */

import React from 'react';

import { useApp } from '../app';
import { Button } from '../components/Button';
import { sentenceOf } from '../errors';
import type { IRegistryAccount } from '../registryAccountTypes';

export function LoginForm(props: { account: IRegistryAccount; close(): void }): JSX.Element {
  const { model, trans } = useApp();
  const { account, close } = props;
  const [loginId, setLoginId] = React.useState(account.loginId);
  const [password, setPassword] = React.useState('');
  const [saving, setSaving] = React.useState(false);
  const [refused, setRefused] = React.useState<unknown>(null);
  const base = React.useId();
  const submit = (event: React.FormEvent): void => {
    event.preventDefault();
    setSaving(true);
    setRefused(null);
    model.client.registryAccounts
      .update(account.registryAccountId, { loginId, password })
      .then(close, problem => {
        setRefused(problem);
        setSaving(false);
      });
  };
  return (
    <form className="em-EditForm" onSubmit={submit}>
      <p className="em-mod-quiet">
        {trans.__('Images of this account are pulled with these from then on.')}
      </p>
      <label htmlFor={`${base}-login`}>{trans.__('ID')}</label>
      <input
        id={`${base}-login`}
        className="em-Input"
        required
        autoComplete="off"
        value={loginId}
        onChange={event => setLoginId(event.target.value)}
      />
      <label htmlFor={`${base}-password`}>{trans.__('New password')}</label>
      <input
        id={`${base}-password`}
        className="em-Input"
        type="password"
        required
        autoComplete="new-password"
        value={password}
        onChange={event => setPassword(event.target.value)}
      />
      {refused !== null && (
        <p className="em-Problem" role="alert">
          {sentenceOf(refused)}
        </p>
      )}
      <div className="em-Modal-buttons">
        <button
          type="submit"
          className="em-Button em-mod-accept"
          disabled={saving || !loginId || !password}
        >
          {trans.__('Save')}
        </button>
        <Button label={trans.__('Cancel')} onClick={close} />
      </div>
    </form>
  );
}
