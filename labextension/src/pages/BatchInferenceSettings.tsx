/** What a batch inference was made of. */

import React from 'react';

import { useApp } from '../app';
import type { IBatchInference } from '../batchInferenceTypes';
import { LinkButton } from '../components/Button';
import { Field, Group, UriText } from '../components/Fields';
import { duration, integer, machine } from '../format';
import { About } from './SharedSettings';

export function BatchInferenceSettings({ batch }: { batch: IBatchInference }): JSX.Element {
  const app = useApp();
  const { trans, locale } = app;
  return (
    <div className="em-Groups">
      <Group title={trans.__('Model')}>
        <Field name={trans.__('Model')}>
          <LinkButton
            label={batch.model.modelName}
            onClick={() => app.open({ page: 'model', id: batch.model.modelId })}
          />
        </Field>
        <Field name={trans.__('Image')}>{batch.image?.imageName}</Field>
        <Field name={trans.__('Pods')}>{integer(batch.podCount, locale)}</Field>
        <Field name={trans.__('Batch size')}>{integer(batch.maxBatchSize, locale)}</Field>
        <Field name={trans.__('Request timeout')}>
          {duration(batch.inferenceTimeoutSeconds, trans)}
        </Field>
      </Group>
      <Group title={trans.__('Input data')}>
        <Field name={trans.__('Data path')}>
          <UriText uri={batch.inputDataUri} />
        </Field>
        <Field name={trans.__('Data type')}>{batch.inputDataTypeCode}</Field>
        <Field name={trans.__('Include')}>
          {batch.includeGlobPattern && <code>{batch.includeGlobPattern}</code>}
        </Field>
        <Field name={trans.__('Exclude')}>
          {batch.excludeGlobPattern && <code>{batch.excludeGlobPattern}</code>}
        </Field>
      </Group>
      <Group title={trans.__('Output data')}>
        <Field name={batch.outputUri ? trans.__('Results') : trans.__('Output path')}>
          <UriText uri={batch.outputUri ?? batch.outputUploadUri} />
        </Field>
      </Group>
      <Group title={trans.__('Instances')}>
        <Field name={trans.__('Instance type')}>
          {batch.flavor.name} ({machine(batch.flavor, trans, locale)})
        </Field>
        <Field name={trans.__('Instances')}>{integer(batch.instanceCount, locale)}</Field>
        <Field name={trans.__('Maximum time')}>{duration(batch.timeoutMinutes * 60, trans)}</Field>
        <Field name={trans.__('Log management')}>
          {batch.useLog ? trans.__('On') : trans.__('Off')}
        </Field>
      </Group>
      <About times={batch} tags={batch.tagList} id={batch.batchInferenceId} />
    </div>
  );
}
