/** The form of a new batch inference, as a tab of its own. */

import React from 'react';

import { useApp, useHost } from '../app';
import type { IBatchInferenceCreate } from '../batchInferenceTypes';
import { BatchInferenceForm } from '../form';

export function NewBatchInference(props: {
  initial?: Partial<IBatchInferenceCreate>;
}): JSX.Element {
  const app = useApp();
  const host = useHost();
  return (
    <BatchInferenceForm
      model={app.model}
      trans={app.trans}
      locale={app.locale}
      initial={props.initial}
      onCancel={host.close}
      onCreated={batch => {
        host.close();
        app.open({ page: 'batch-inference', id: batch.batchInferenceId });
      }}
    />
  );
}
