/** One tuning: how far it is, what it found, its trials, and what it was made of. */

import React from 'react';

import { useApp } from '../app';
import { LinkButton } from '../components/Button';
import { DetailFrame, DetailHeader } from '../components/DetailPage';
import { Empty } from '../components/Notice';
import { StatusChip } from '../components/Status';
import { ITab, Tabs } from '../components/Tabs';
import { Ago, Elapsed } from '../components/Times';
import { useOne } from '../hooks';
import { logSearchIcon, tuningIcon } from '../icons';
import { isWaiting } from '../status';
import type { ITuning } from '../tuningTypes';
import { reasonOf } from '../tuningWords';
import { LogSearch } from './LogSearch';
import { DetailActions } from './TuningActions';
import { TuningCharts } from './TuningCharts';
import { TuningMonitoring } from './TuningMonitoring';
import { TuningSettings } from './TuningSettings';
import { Reason, Score } from './TuningState';
import { TuningTrials } from './TuningTrials';

export function TuningDetail(props: { id: string }): JSX.Element {
  const { model, trans } = useApp();
  const loaded = useOne(model.client.tunings, props.id);
  return (
    <DetailFrame
      icon={tuningIcon}
      loaded={loaded}
      nameOf={tuning => tuning.hyperparameterTuningName}
      gone={trans.__('This tuning no longer exists')}
    >
      {tuning => <Content tuning={tuning} at={loaded.at} />}
    </DetailFrame>
  );
}

function Content(props: { tuning: ITuning; at: number }): JSX.Element {
  const app = useApp();
  const { trans } = app;
  const { tuning, at } = props;
  const [tab, setTab] = React.useState('trials');
  return (
    <>
      <DetailHeader
        icon={tuningIcon}
        name={tuning.hyperparameterTuningName}
        description={tuning.description}
        status={
          <StatusChip
            status={tuning.hyperparameterTuningStatusCode}
            reason={reasonOf(tuning, trans)}
          />
        }
        facts={[
          <>
            {trans.__('Experiment')}{' '}
            <LinkButton
              label={tuning.experiment.experimentName}
              onClick={() => app.open({ page: 'experiment', id: tuning.experiment.experimentId })}
            />
          </>,
          <>
            {trans.__('Elapsed')} <Elapsed of={tuning} at={at} />
          </>,
          <>
            {trans.__('Created')} <Ago iso={tuning.createdDatetime} />
            {tuning.createdBy && ` ${trans.__('by %1', tuning.createdBy)}`}
          </>
        ]}
        actions={<DetailActions tuning={tuning} />}
      />
      <Reason tuning={tuning} />
      <Score tuning={tuning} />
      <Tabs
        label={trans.__('About the tuning')}
        tabs={tabsOf(tuning, trans)}
        active={tab}
        onChange={setTab}
      />
    </>
  );
}

function tabsOf(tuning: ITuning, trans: ReturnType<typeof useApp>['trans']): ITab[] {
  return [
    {
      key: 'trials',
      title: trans.__('Trials'),
      count: tuning.trialCount,
      render: () => <TuningTrials tuning={tuning} />
    },
    {
      key: 'charts',
      title: trans.__('Charts'),
      render: () => <TuningCharts tuning={tuning} />
    },
    {
      key: 'settings',
      title: trans.__('Settings'),
      render: () => <TuningSettings tuning={tuning} />
    },
    {
      key: 'logs',
      title: trans.__('Logs'),
      render: () =>
        tuning.useLog ? (
          <LogSearch tuningId={tuning.hyperparameterTuningId} />
        ) : (
          <Empty icon={logSearchIcon} title={trans.__('Log management is off')}>
            {trans.__(
              'The logs of this tuning’s trials are not kept for searches; each is on the page of its trial. Log management is switched on in the form of a tuning, under additional settings.'
            )}
          </Empty>
        )
    },
    {
      key: 'monitoring',
      title: trans.__('Monitoring'),
      disabled: isWaiting(tuning.hyperparameterTuningStatusCode)
        ? trans.__('There is nothing to see while it is being created')
        : undefined,
      render: () => <TuningMonitoring tuning={tuning} />
    }
  ];
}
