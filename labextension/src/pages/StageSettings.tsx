/** What a stage runs on and how it scales. */

import React from 'react';

import { useApp } from '../app';
import { CopyText, Field, Group, TagList } from '../components/Fields';
import type { IStage } from '../endpointTypes';
import { dateTime, machine } from '../format';

export function StageSettings({ stage }: { stage: IStage }): JSX.Element {
  const { trans, locale } = useApp();
  const { autoScaler: scaler } = stage;
  const minutes = (count: number): string => trans._n('%1 minute', '%1 minutes', count);
  return (
    <div className="em-Groups">
      <Group title={trans.__('Instances')}>
        <Field name={trans.__('Instance type')}>
          {stage.flavor.name} ({machine(stage.flavor, trans, locale)})
        </Field>
        <Field name={trans.__('Instances')}>{stage.nodeCount}</Field>
        <Field name={trans.__('Pods')}>
          {trans.__('%1 of %2 pods healthy', stage.runningPodCount, stage.podCount)}
        </Field>
      </Group>
      <Group title={trans.__('Autoscaler')}>
        {scaler.enable ? (
          <>
            <Field name={trans.__('Instances')}>
              {`${scaler.minNodeCount} – ${scaler.maxNodeCount}`}
            </Field>
            <Field name={trans.__('Scale down')}>
              {scaler.scaleDownEnable
                ? trans.__(
                    'Below %1 % for %2',
                    scaler.scaleDownUtilThreshPercentage,
                    minutes(scaler.scaleDownUnneededMinute)
                  )
                : trans.__('Off')}
            </Field>
            {scaler.scaleDownEnable && (
              <Field name={trans.__('Delay after adding')}>
                {minutes(scaler.scaleDownDelayAfterAddMinute)}
              </Field>
            )}
          </>
        ) : (
          <Field name={trans.__('Autoscaler')}>{trans.__('Off')}</Field>
        )}
      </Group>
      <Group title={trans.__('About')}>
        <Field name={trans.__('Log management')}>
          {stage.useLog ? trans.__('On') : trans.__('Off')}
        </Field>
        <Field name={trans.__('Created')}>{dateTime(stage.createdDatetime, locale)}</Field>
        <Field name={trans.__('Tags')}>
          {stage.tagList.length > 0 && <TagList tags={stage.tagList} />}
        </Field>
        <Field name={trans.__('ID')}>
          <CopyText text={stage.endpointStageId} />
        </Field>
      </Group>
    </div>
  );
}
