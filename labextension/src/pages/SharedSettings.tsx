/** What trainings and tunings are made of alike: code, machine, input and output. */

import React from 'react';

import { useApp } from '../app';
import { LinkButton } from '../components/Button';
import { CopyText, Field, Group, TagList, UriText } from '../components/Fields';
import type { ITimed } from '../components/Times';
import { dateTime, duration, machine } from '../format';
import type { ITag, ITraining } from '../types';
import { frameworkName } from './framework';

/** As far as a tuning has it too. */
export type ISettings = Pick<
  ITraining,
  | 'algorithm'
  | 'checkPointInputUri'
  | 'checkPointUploadUri'
  | 'datasetList'
  | 'entryPoint'
  | 'flavor'
  | 'image'
  | 'modelList'
  | 'modelUploadUri'
  | 'nprocPerNode'
  | 'sourceDirUri'
  | 'timeoutMinutes'
  | 'useTorchrun'
> & {
  /** Where the outputs of a training lie once uploaded. */
  modelUri?: string | null;
};

export function Code({ of }: { of: ISettings }): JSX.Element {
  const { trans } = useApp();
  const { image } = of;
  return (
    <Group title={trans.__('Code')}>
      <Field name={trans.__('Provided algorithm')}>{of.algorithm?.algorithmName}</Field>
      <Field name={trans.__('Source directory')}>
        {of.sourceDirUri && <UriText uri={of.sourceDirUri} />}
      </Field>
      <Field name={trans.__('Entry point')}>{of.entryPoint && <code>{of.entryPoint}</code>}</Field>
      <Field name={trans.__('Image')}>{image.imageName}</Field>
      <Field name={trans.__('Framework')}>
        {image.frameworkCode &&
          [frameworkName(image.frameworkCode), image.frameworkVersion].filter(Boolean).join(' ')}
      </Field>
    </Group>
  );
}

export function Machine({ of }: { of: ISettings }): JSX.Element {
  const { trans, locale } = useApp();
  return (
    <>
      <Field name={trans.__('Instance type')}>
        {of.flavor.name} ({machine(of.flavor, trans, locale)})
      </Field>
      <Field name="torchrun">
        {of.useTorchrun &&
          trans._n(
            '%1 process per node',
            '%1 processes per node',
            of.nprocPerNode,
            of.nprocPerNode
          )}
      </Field>
      <Field name={trans.__('Maximum time')}>{duration(of.timeoutMinutes * 60, trans)}</Field>
    </>
  );
}

export function Inputs({ of }: { of: ISettings }): JSX.Element | null {
  const { trans } = useApp();
  if (of.datasetList.length === 0 && !of.checkPointInputUri) {
    return null;
  }
  return (
    <Group title={trans.__('Input data')}>
      {of.datasetList.map(dataset => (
        <Field key={dataset.datasetName} name={dataset.datasetName}>
          <UriText uri={dataset.dataUri} />
        </Field>
      ))}
      <Field name={trans.__('Input checkpoint')}>
        {of.checkPointInputUri && <UriText uri={of.checkPointInputUri} />}
      </Field>
    </Group>
  );
}

export function Outputs({ of }: { of: ISettings }): JSX.Element {
  const app = useApp();
  const { trans } = app;
  return (
    <Group title={trans.__('Output data')}>
      <Field name={of.modelUri ? trans.__('Model output') : trans.__('Output path')}>
        <UriText uri={of.modelUri ?? of.modelUploadUri} />
      </Field>
      <Field name={trans.__('Checkpoint path')}>
        {of.checkPointUploadUri && <UriText uri={of.checkPointUploadUri} />}
      </Field>
      <Field name={trans.__('Models')}>
        {of.modelList.length > 0 &&
          of.modelList.map(model => (
            <LinkButton
              key={model.modelId}
              label={model.modelName}
              onClick={() => app.open({ page: 'model', id: model.modelId })}
            />
          ))}
      </Field>
    </Group>
  );
}

/** When it began and ended, and what it is known by. */
export function About(props: {
  times: ITimed;
  tags: ITag[];
  id: string;
  children?: React.ReactNode;
}): JSX.Element {
  const { trans, locale } = useApp();
  const { startedDatetime, endedDatetime } = props.times;
  return (
    <Group title={trans.__('About')}>
      <Field name={trans.__('Started')}>
        {startedDatetime && dateTime(startedDatetime, locale)}
      </Field>
      <Field name={trans.__('Ended')}>{endedDatetime && dateTime(endedDatetime, locale)}</Field>
      {props.children}
      <Field name={trans.__('Tags')}>
        {props.tags.length > 0 && <TagList tags={props.tags} />}
      </Field>
      <Field name={trans.__('ID')}>
        <CopyText text={props.id} />
      </Field>
    </Group>
  );
}
