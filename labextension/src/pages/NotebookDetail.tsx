/** One notebook: what it is made of, what runs in it, what it uses, and everything that can be done with it. */

import React from 'react';

import { useApp } from '../app';
import { DetailFrame, DetailHeader } from '../components/DetailPage';
import { Monitoring } from '../components/Monitoring';
import { NotebookChip } from '../components/NotebookStatus';
import { FailureNotice } from '../components/Notice';
import { ITab, Tabs } from '../components/Tabs';
import { Ago } from '../components/Times';
import { useConfiguration, useLoaded, useOne } from '../hooks';
import { notebookIcon } from '../icons';
import { IChange, touches } from '../model';
import type { INotebook } from '../notebookTypes';
import { hasFailed, isInProgress } from '../notebookWords';
import { useWatched } from '../useWatched';
import { DetailActions, isMine, Me } from './NotebookActions';
import { Environments, StartUpScripts, useInside } from './NotebookInside';
import { NotebookElapsed } from './notebookColumns';
import { NotebookSettings } from './NotebookSettings';
import { NotebookUpgrade } from './NotebookUpgrade';

export function NotebookDetail(props: { id: string }): JSX.Element {
  const { model, trans } = useApp();
  const loaded = useOne(model.client.notebooks, props.id);
  const me = useConfiguration()?.user;
  return (
    <DetailFrame
      icon={notebookIcon}
      loaded={loaded}
      nameOf={notebook => notebook.notebookName}
      gone={trans.__('This notebook no longer exists')}
    >
      {notebook => <Content notebook={notebook} me={me} at={loaded.at} />}
    </DetailFrame>
  );
}

function Content(props: { notebook: INotebook; me: Me; at: number }): JSX.Element {
  const { trans } = useApp();
  const { notebook, me, at } = props;
  const [tab, setTab] = React.useState('settings');
  const failed = hasFailed(notebook.notebookStatusCode);
  const unwell = notebook.notebookHealthCode === 'UNHEALTHY';
  return (
    <>
      <DetailHeader
        icon={notebookIcon}
        name={notebook.notebookName}
        description={notebook.description}
        status={<NotebookChip notebook={notebook} />}
        facts={[
          trans.__('Owner %1', notebook.owner),
          notebook.flavor.name,
          <>
            {trans.__('Elapsed')} <NotebookElapsed notebook={notebook} at={at} />
          </>,
          <>
            {trans.__('Created')} <Ago iso={notebook.createdDatetime} />
          </>
        ]}
        actions={<DetailActions notebook={notebook} me={me} />}
      />
      {(failed || unwell) && (
        <FailureNotice
          reason={[
            notebook.notebookStatusReason,
            unwell &&
              trans.__('The notebook runs but its server does not answer as it should: reboot it.')
          ]
            .filter(Boolean)
            .join(' ')}
        />
      )}
      {isInProgress(notebook.notebookStatusCode) && notebook.notebookStatusReason && (
        <p className="em-Check em-tone-busy" role="status">
          {notebook.notebookStatusReason}
        </p>
      )}
      <NotebookUpgrade notebook={notebook} me={me} />
      <Tabs
        label={trans.__('About the notebook')}
        tabs={tabsOf(notebook, me, trans)}
        active={tab}
        onChange={setTab}
      />
    </>
  );
}

function tabsOf(notebook: INotebook, me: Me, trans: ReturnType<typeof useApp>['trans']): ITab[] {
  const active = notebook.notebookStatusCode === 'ACTIVE';
  const monitoring = notebook.monitoringAvailable
    ? undefined
    : trans.__('Its use shows while it is active and nothing is being done with it');
  const inside = !isMine(notebook, me)
    ? trans.__('Only %1 and administrators look into it', notebook.owner)
    : active
      ? undefined
      : trans.__('This shows while the notebook is active');
  return [
    {
      key: 'settings',
      title: trans.__('Settings'),
      render: () => <NotebookSettings notebook={notebook} />
    },
    {
      key: 'scripts',
      title: trans.__('Start-up scripts'),
      disabled: inside,
      render: () => <Scripts notebook={notebook} />
    },
    {
      key: 'environments',
      title: trans.__('Environments'),
      disabled: inside,
      render: () => <Kernels notebook={notebook} />
    },
    {
      key: 'monitoring',
      title: trans.__('Monitoring'),
      disabled: monitoring,
      render: () => <NotebookMonitoring notebook={notebook} />
    }
  ];
}

function Scripts({ notebook }: { notebook: INotebook }): JSX.Element {
  return <StartUpScripts loaded={useInside(notebook)} />;
}

function Kernels({ notebook }: { notebook: INotebook }): JSX.Element {
  return <Environments loaded={useInside(notebook)} />;
}

function NotebookMonitoring({ notebook }: { notebook: INotebook }): JSX.Element {
  const { model } = useApp();
  const id = notebook.notebookId;
  const ask = React.useCallback(
    (signal: AbortSignal) => model.client.notebooks.monitoring(id, signal),
    [model, id]
  );
  const relevant = React.useCallback((change: IChange) => touches(change, 'notebook', id), [id]);
  const loaded = useLoaded(ask, relevant);
  useWatched([`NOTEBOOK_MONITORING/${id}`], loaded.reload);
  return <Monitoring loaded={loaded} icon={notebookIcon} />;
}
