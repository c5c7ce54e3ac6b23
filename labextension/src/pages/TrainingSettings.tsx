/** What a training was made of, in the order of the form that makes one. */

import React from 'react';

import { useApp } from '../app';
import { Field, Group } from '../components/Fields';
import { Empty } from '../components/Notice';
import { trainingIcon } from '../icons';
import { phaseLabel } from '../status';
import type { ITraining } from '../types';
import { About, Code, Inputs, Machine, Outputs } from './SharedSettings';

export function Settings({ training }: { training: ITraining }): JSX.Element {
  const { trans } = useApp();
  return (
    <div className="em-Groups">
      <Code of={training} />
      <Resources training={training} />
      <Inputs of={training} />
      <Outputs of={training} />
      <About times={training} tags={training.tagList} id={training.trainingId}>
        <Field name={trans.__('Exit code')}>{training.exitCode}</Field>
      </About>
    </div>
  );
}

function Resources({ training }: { training: ITraining }): JSX.Element {
  const { trans } = useApp();
  const busy = training.nodeList.filter(node => node.phase);
  return (
    <Group title={trans.__('Training resources')}>
      <Machine of={training} />
      <Field name={trans.__('Nodes')}>{training.instanceCount}</Field>
      {busy.length > 1 && (
        <Field name={trans.__('State of the nodes')}>
          {busy.map(node => `${node.node}: ${phaseLabel(node.phase, trans)}`).join(', ')}
        </Field>
      )}
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
