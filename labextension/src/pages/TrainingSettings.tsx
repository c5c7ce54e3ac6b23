/** What a training was made of, in the order of the form that makes one. */

import React from 'react';

import { useApp } from '../app';
import { LinkButton } from '../components/Button';
import { CopyText, Field, Group, TagList, UriText } from '../components/Fields';
import { Empty } from '../components/Notice';
import { dateTime, duration, machine } from '../format';
import { trainingIcon } from '../icons';
import { phaseLabel } from '../status';
import type { ITraining } from '../types';
import { frameworkName } from './framework';

export function Settings(props: { training: ITraining }): JSX.Element {
  return (
    <div className="em-Groups">
      <Code {...props} />
      <Resources {...props} />
      <Inputs {...props} />
      <Outputs {...props} />
      <Times {...props} />
    </div>
  );
}

function Code({ training }: { training: ITraining }): JSX.Element {
  const { trans } = useApp();
  const { image } = training;
  return (
    <Group title={trans.__('Code')}>
      <Field name={trans.__('Provided algorithm')}>{training.algorithm?.algorithmName}</Field>
      <Field name={trans.__('Source directory')}>
        {training.sourceDirUri && <UriText uri={training.sourceDirUri} />}
      </Field>
      <Field name={trans.__('Entry point')}>
        {training.entryPoint && <code>{training.entryPoint}</code>}
      </Field>
      <Field name={trans.__('Image')}>{image.imageName}</Field>
      <Field name={trans.__('Framework')}>
        {image.frameworkCode &&
          [frameworkName(image.frameworkCode), image.frameworkVersion].filter(Boolean).join(' ')}
      </Field>
    </Group>
  );
}

function Resources({ training }: { training: ITraining }): JSX.Element {
  const { trans, locale } = useApp();
  const busy = training.nodeList.filter(node => node.phase);
  return (
    <Group title={trans.__('Training resources')}>
      <Field name={trans.__('Instance type')}>
        {training.flavor.name} ({machine(training.flavor, trans, locale)})
      </Field>
      <Field name={trans.__('Nodes')}>{training.instanceCount}</Field>
      <Field name="torchrun">
        {training.useTorchrun &&
          trans._n(
            '%1 process per node',
            '%1 processes per node',
            training.nprocPerNode,
            training.nprocPerNode
          )}
      </Field>
      <Field name={trans.__('Maximum time')}>{duration(training.timeoutMinutes * 60, trans)}</Field>
      {busy.length > 1 && (
        <Field name={trans.__('State of the nodes')}>
          {busy.map(node => `${node.node}: ${phaseLabel(node.phase, trans)}`).join(', ')}
        </Field>
      )}
    </Group>
  );
}

function Inputs({ training }: { training: ITraining }): JSX.Element | null {
  const { trans } = useApp();
  if (training.datasetList.length === 0 && !training.checkPointInputUri) {
    return null;
  }
  return (
    <Group title={trans.__('Input data')}>
      {training.datasetList.map(dataset => (
        <Field key={dataset.datasetName} name={dataset.datasetName}>
          <UriText uri={dataset.dataUri} />
        </Field>
      ))}
      <Field name={trans.__('Input checkpoint')}>
        {training.checkPointInputUri && <UriText uri={training.checkPointInputUri} />}
      </Field>
    </Group>
  );
}

function Outputs({ training }: { training: ITraining }): JSX.Element {
  const app = useApp();
  const { trans } = app;
  return (
    <Group title={trans.__('Output data')}>
      <Field name={training.modelUri ? trans.__('Model output') : trans.__('Output path')}>
        <UriText uri={training.modelUri ?? training.modelUploadUri} />
      </Field>
      <Field name={trans.__('Checkpoint path')}>
        {training.checkPointUploadUri && <UriText uri={training.checkPointUploadUri} />}
      </Field>
      <Field name={trans.__('Models')}>
        {training.modelList.length > 0 &&
          training.modelList.map(model => (
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

function Times({ training }: { training: ITraining }): JSX.Element {
  const { trans, locale } = useApp();
  return (
    <Group title={trans.__('About')}>
      <Field name={trans.__('Started')}>
        {training.startedDatetime && dateTime(training.startedDatetime, locale)}
      </Field>
      <Field name={trans.__('Ended')}>
        {training.endedDatetime && dateTime(training.endedDatetime, locale)}
      </Field>
      <Field name={trans.__('Exit code')}>{training.exitCode}</Field>
      <Field name={trans.__('Tags')}>
        {training.tagList.length > 0 && <TagList tags={training.tagList} />}
      </Field>
      <Field name={trans.__('ID')}>
        <CopyText text={training.trainingId} />
      </Field>
    </Group>
  );
}

export function Hyperparameters({ training }: { training: ITraining }): JSX.Element {
  const { trans } = useApp();
  if (training.hyperparameterList.length === 0) {
    return (
      <Empty icon={trainingIcon} title={trans.__('No hyperparameters')}>
        {trans.__('The training was started without any.')}
      </Empty>
    );
  }
  return (
    <table className="em-Table em-mod-plain" aria-label={trans.__('Hyperparameters')}>
      <thead>
        <tr>
          <th scope="col">{trans.__('Name')}</th>
          <th scope="col">{trans.__('Value')}</th>
        </tr>
      </thead>
      <tbody>
        {training.hyperparameterList.map(parameter => (
          <tr key={parameter.parameterName}>
            <td>
              <code>{parameter.parameterName}</code>
            </td>
            <td>
              <code>{parameter.parameterValue}</code>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
