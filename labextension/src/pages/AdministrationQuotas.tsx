/** What each project may hold at once and what of it is held, for administrators. */

import { editIcon } from '@jupyterlab/ui-components';
import React from 'react';

import type { IQuota, IQuotaView } from '../administrationTypes';
import { ICore, useCore } from '../app';
import { Button, IconButton } from '../components/Button';
import { openModal } from '../components/modal';
import type { IColumn } from '../components/Table';
import { ApiError, sentenceOf } from '../errors';
import { integer } from '../format';
import type { IListQuery } from '../types';
import { AdministrationTable } from './AdministrationTable';

function titlesOf({ trans }: ICore): [keyof IQuota, string][] {
  return [
    ['vcpus', trans.__('vCPU')],
    ['memoryMib', trans.__('Memory (MiB)')],
    ['gpus', trans.__('GPUs')],
    ['notebooks', trans.__('Notebooks')],
    ['notebookStorageGb', trans.__('Storage of notebooks (GB)')]
  ];
}

export function AdministrationQuotas(): JSX.Element {
  const app = useCore();
  const { model, trans } = app;
  const ask = React.useCallback(
    (query: IListQuery, signal: AbortSignal) => model.client.administration.quotas(query, signal),
    [model]
  );
  const edit = (view: IQuotaView, again: () => void): void =>
    openModal(app, trans.__('Quota of %1', view.appKey), close => (
      <QuotaForm view={view} close={close} onSaved={again} />
    ));
  return (
    <>
      <p className="em-mod-quiet">
        {trans.__(
          'What a project may hold at once. What it holds already is left alone when a quota is lowered.'
        )}
      </p>
      <AdministrationTable
        label={trans.__('Quotas')}
        ask={ask}
        columns={(_, again) => columns(app, view => edit(view, again))}
        idOf={view => view.appKey}
        nameOf={view => view.appKey}
        sort="appKey"
        onOpen={edit}
      />
    </>
  );
}

function columns(app: ICore, edit: (view: IQuotaView) => void): IColumn<IQuotaView>[] {
  const { trans, locale } = app;
  return [
    { key: 'project', title: trans.__('Project'), sort: 'appKey', render: view => view.appKey },
    ...titlesOf(app).map(([key, title]) => ({
      key,
      title,
      align: 'end' as const,
      render: (view: IQuotaView) => {
        const most = view.quota[key];
        const held = integer(view.held[key], locale);
        return most === null ? held : trans.__('%1 of %2', held, integer(most, locale));
      }
    })),
    {
      key: 'actions',
      title: '',
      align: 'end' as const,
      render: view => (
        <IconButton
          icon={editIcon}
          label={trans.__('Edit the quota of %1', view.appKey)}
          onClick={() => edit(view)}
        />
      )
    }
  ];
}

function QuotaForm(props: { view: IQuotaView; close(): void; onSaved(): void }): JSX.Element {
  const app = useCore();
  const { model, trans, locale } = app;
  const { view, close } = props;
  const [quota, setQuota] = React.useState<IQuota>(view.quota);
  const [saving, setSaving] = React.useState(false);
  const [refused, setRefused] = React.useState<unknown>(null);
  const base = React.useId();
  const fields = refused instanceof ApiError ? refused.fields : [];
  const submit = (event: React.FormEvent): void => {
    event.preventDefault();
    setSaving(true);
    setRefused(null);
    const given = Object.entries(quota).filter(([, value]) => value !== null);
    model.client.administration.setQuota(view.appKey, Object.fromEntries(given)).then(
      () => {
        props.onSaved();
        close();
      },
      (problem: unknown) => {
        setRefused(problem);
        setSaving(false);
      }
    );
  };
  return (
    <form className="em-EditForm" onSubmit={submit}>
      <p className="em-mod-quiet">{trans.__('An empty field is no limit.')}</p>
      {titlesOf(app).map(([key, title]) => (
        <React.Fragment key={key}>
          <label htmlFor={`${base}-${key}`}>
            {title}{' '}
            <span className="em-mod-quiet">
              {trans.__('held now: %1', integer(view.held[key], locale))}
            </span>
          </label>
          <input
            id={`${base}-${key}`}
            className="em-Input"
            type="number"
            min={0}
            value={quota[key] ?? ''}
            onChange={event =>
              setQuota({
                ...quota,
                [key]: event.target.value === '' ? null : Number(event.target.value)
              })
            }
          />
          {fields
            .filter(each => each.field === key)
            .map(each => (
              <p key={each.message} className="em-Problem" role="alert">
                {each.message}
              </p>
            ))}
        </React.Fragment>
      ))}
      {refused !== null && fields.length === 0 && (
        <p className="em-Problem" role="alert">
          {sentenceOf(refused)}
        </p>
      )}
      <div className="em-Modal-buttons">
        <button type="submit" className="em-Button em-mod-accept" disabled={saving}>
          {trans.__('Save')}
        </button>
        <Button label={trans.__('Cancel')} onClick={close} />
      </div>
    </form>
  );
}
