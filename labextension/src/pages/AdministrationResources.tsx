/** The resources of all kinds and projects, for administrators. */

import { deleteIcon, stopIcon } from '@jupyterlab/ui-components';
import React from 'react';

import type { AdministeredType, IAnyResource } from '../administrationTypes';
import { ICore, useCore } from '../app';
import { doToAll, IBulk } from '../bulkActions';
import { Button } from '../components/Button';
import { StatusChip } from '../components/Status';
import type { IColumn } from '../components/Table';
import { Ago } from '../components/Times';
import type { IListQuery } from '../types';
import { IKind, kindsOf } from './administrationKinds';
import { AdministrationTable } from './AdministrationTable';
import { ProjectSelect } from './ProjectSelect';

type Kinds = Record<AdministeredType, IKind>;

export function AdministrationResources(): JSX.Element {
  const app = useCore();
  const { model, trans } = app;
  const kinds = React.useMemo(() => kindsOf(trans), [trans]);
  const [kind, setKind] = React.useState('');
  const [appKey, setAppKey] = React.useState('');
  const ask = React.useCallback(
    (query: IListQuery, signal: AbortSignal) =>
      model.client.administration.resources(
        { ...query, resourceTypeList: kind, appKeyList: appKey },
        signal
      ),
    [model, kind, appKey]
  );
  return (
    <AdministrationTable
      label={trans.__('Resources of all projects')}
      ask={ask}
      columns={() => columns(app, kinds)}
      idOf={item => item.resourceId}
      nameOf={nameOf}
      before={
        <>
          <select
            className="em-Input em-Select"
            aria-label={trans.__('Kind')}
            value={kind}
            onChange={event => setKind(event.target.value)}
          >
            <option value="">{trans.__('All kinds')}</option>
            {Object.entries(kinds).map(([key, each]) => (
              <option key={key} value={key}>
                {each.title}
              </option>
            ))}
          </select>
          <ProjectSelect value={appKey} onChange={setAppKey} />
        </>
      }
      actions={(chosen, done) => <Actions kinds={kinds} chosen={chosen} done={done} />}
    />
  );
}

function Actions(props: { kinds: Kinds; chosen: IAnyResource[]; done(): void }): JSX.Element {
  const app = useCore();
  const { trans, model } = app;
  const { kinds, chosen } = props;
  const running = chosen.filter(each => kinds[each.resourceType].mayStop(each.statusCode));
  const removable = chosen.filter(each => kinds[each.resourceType].mayRemove(each.statusCode));
  const all = (
    items: IAnyResource[],
    words: IBulk,
    doing: (kind: IKind, item: IAnyResource) => Promise<unknown>
  ): void =>
    void doToAll(app, items, nameOf, words, item => doing(kinds[item.resourceType], item)).then(
      asked => asked && props.done()
    );
  return (
    <>
      <Button
        icon={stopIcon}
        label={trans.__('Stop')}
        disabled={running.length === 0}
        onClick={() =>
          all(running, stopWords(app, running.length), async (kind, item) =>
            kind.stop?.(model.client.of(item.appKey), item.resourceId)
          )
        }
      />
      <Button
        icon={deleteIcon}
        label={trans.__('Delete')}
        disabled={removable.length === 0}
        onClick={() =>
          all(removable, deleteWords(app, removable.length), (kind, item) =>
            kind.remove(model.client.of(item.appKey), item.resourceId)
          )
        }
      />
    </>
  );
}

const nameOf = (item: IAnyResource): string => item.name;

function stopWords({ trans }: ICore, count: number): IBulk {
  return {
    question: trans._n('Stop %1 resource?', 'Stop %1 resources?', count, count),
    warning: trans.__('Everything they run is ended. This cannot be undone.'),
    accept: trans.__('Stop'),
    failure: trans.__('Not all of them could be stopped')
  };
}

function deleteWords({ trans }: ICore, count: number): IBulk {
  return {
    question: trans._n('Delete %1 resource?', 'Delete %1 resources?', count, count),
    warning: trans.__('This cannot be undone.'),
    accept: trans.__('Delete'),
    failure: trans.__('Not all of them could be deleted')
  };
}

function columns({ trans }: ICore, kinds: Kinds): IColumn<IAnyResource>[] {
  return [
    {
      key: 'name',
      title: trans.__('Name'),
      sort: 'name',
      render: item => (
        <>
          {item.name}
          <div className="em-mod-second">{item.statusReason}</div>
        </>
      )
    },
    {
      key: 'kind',
      title: trans.__('Kind'),
      sort: 'resourceType',
      render: item => kinds[item.resourceType].title
    },
    {
      key: 'project',
      title: trans.__('Project'),
      sort: 'appKey',
      render: item => item.appKey
    },
    {
      key: 'status',
      title: trans.__('Status'),
      sort: 'statusCode',
      render: item => <StatusChip status={item.statusCode} reason={item.statusReason} />
    },
    {
      key: 'user',
      title: trans.__('User'),
      sort: 'createdBy',
      optional: 1,
      render: item => item.createdBy
    },
    {
      key: 'flavor',
      title: trans.__('Instance type'),
      optional: 2,
      render: item => item.flavorName
    },
    {
      key: 'created',
      title: trans.__('Created'),
      sort: 'createdDatetime',
      optional: 3,
      render: item => <Ago iso={item.createdDatetime} />
    }
  ];
}
