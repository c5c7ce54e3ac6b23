/** One experiment, its trainings and its tunings. */

import { deleteIcon, editIcon, redoIcon } from '@jupyterlab/ui-components';
import React from 'react';

import { editExperiment, retryExperiment } from '../actions';
import { useApp, useHost } from '../app';
import { Button } from '../components/Button';
import { DetailFrame, DetailHeader } from '../components/DetailPage';
import { TagList } from '../components/Fields';
import { FailureNotice } from '../components/Notice';
import { StatusChip } from '../components/Status';
import { Tabs } from '../components/Tabs';
import { Ago } from '../components/Times';
import { deleteExperiment } from '../deletions';
import { useOne } from '../hooks';
import { experimentIcon, tensorboardIcon } from '../icons';
import type { IExperiment } from '../types';
import { TrainingList } from './TrainingList';
import { TuningList } from './TuningList';

export function ExperimentDetail(props: { id: string }): JSX.Element {
  const { model, trans } = useApp();
  const loaded = useOne(model.client.experiments, props.id);
  return (
    <DetailFrame
      icon={experimentIcon}
      loaded={loaded}
      nameOf={experiment => experiment.experimentName}
      gone={trans.__('This experiment no longer exists')}
    >
      {experiment => <Content experiment={experiment} />}
    </DetailFrame>
  );
}

function Content({ experiment }: { experiment: IExperiment }): JSX.Element {
  const { trans } = useApp();
  const [tab, setTab] = React.useState('trainings');
  const failed = experiment.experimentStatusCode === 'CREATE_FAILED';
  const facts: React.ReactNode[] = [
    <>
      {trans.__('Created')} <Ago iso={experiment.createdDatetime} />
      {experiment.createdBy && ` ${trans.__('by %1', experiment.createdBy)}`}
    </>
  ];
  if (experiment.tagList.length > 0) {
    facts.push(<TagList tags={experiment.tagList} />);
  }
  return (
    <>
      <DetailHeader
        icon={experimentIcon}
        name={experiment.experimentName}
        description={experiment.description}
        status={
          <StatusChip
            status={experiment.experimentStatusCode}
            reason={experiment.experimentStatusReason}
          />
        }
        facts={facts}
        actions={<Actions experiment={experiment} />}
      />
      {failed && (
        <FailureNotice
          reason={
            experiment.experimentStatusReason ||
            trans.__('The experiment could not be created. Try again.')
          }
        />
      )}
      <Tabs
        label={trans.__('In the experiment')}
        tabs={[
          {
            key: 'trainings',
            title: trans.__('Trainings'),
            count: experiment.trainingCount,
            render: () => <TrainingList experiment={experiment} />
          },
          {
            key: 'tunings',
            title: trans.__('Hyperparameter tunings'),
            render: () => <TuningList experiment={experiment} />
          }
        ]}
        active={tab}
        onChange={setTab}
      />
    </>
  );
}

function Actions({ experiment }: { experiment: IExperiment }): JSX.Element {
  const app = useApp();
  const host = useHost();
  const { trans } = app;
  const remove = async (): Promise<void> => {
    if (await deleteExperiment(app, experiment)) {
      host.close();
    }
  };
  return (
    <>
      {experiment.experimentStatusCode === 'CREATE_FAILED' && (
        <Button
          kind="accept"
          icon={redoIcon}
          label={trans.__('Try again')}
          onClick={() => void retryExperiment(app, experiment)}
        />
      )}
      <Button
        icon={tensorboardIcon}
        label="TensorBoard"
        caption={trans.__('All trainings of the experiment side by side')}
        onClick={() =>
          app.open({ page: 'tensorboard', of: 'experiment', id: experiment.experimentId })
        }
      />
      <Button
        icon={editIcon}
        label={trans.__('Edit')}
        onClick={() => editExperiment(app, experiment)}
      />
      <Button icon={deleteIcon} label={trans.__('Delete')} onClick={() => void remove()} />
    </>
  );
}
