/** What can be done with a batch inference now: in a row of a list, and on its page. */

import React from 'react';

import { useApp } from '../app';
import {
  copyBatchInference,
  editBatchInference,
  stopBatchInference
} from '../batchInferenceActions';
import type { IBatchInference } from '../batchInferenceTypes';
import { PageLifecycle, RowLifecycle } from '../components/Lifecycle';
import { deleteBatchInference } from '../deletions';

export function RowActions({ batch }: { batch: IBatchInference }): JSX.Element {
  const app = useApp();
  return (
    <RowLifecycle
      name={batch.batchInferenceName}
      status={batch.batchInferenceStatusCode}
      onCopy={() => void copyBatchInference(app, batch)}
      onStop={() => void stopBatchInference(app, batch)}
      onDelete={() => deleteBatchInference(app, batch)}
    />
  );
}

export function DetailActions({ batch }: { batch: IBatchInference }): JSX.Element {
  const app = useApp();
  return (
    <PageLifecycle
      status={batch.batchInferenceStatusCode}
      copyCaption={app.trans.__('New batch inference with the same settings')}
      onStop={() => void stopBatchInference(app, batch)}
      onCopy={() => void copyBatchInference(app, batch)}
      onEdit={() => editBatchInference(app, batch)}
      onDelete={() => deleteBatchInference(app, batch)}
    />
  );
}
