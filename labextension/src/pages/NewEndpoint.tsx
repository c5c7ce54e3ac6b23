/** The form of a new endpoint or of a new stage, as a tab of its own. */

import React from 'react';

import { useApp, useHost } from '../app';
import type { IStageCreate } from '../endpointTypes';
import { EndpointForm } from '../form';

export function NewEndpoint(props: { initial?: Partial<IStageCreate> }): JSX.Element {
  const app = useApp();
  const host = useHost();
  return (
    <EndpointForm
      model={app.model}
      trans={app.trans}
      initial={props.initial}
      onCancel={host.close}
      onCreated={({ endpoint, stage }) => {
        host.close();
        if (endpoint) {
          app.open({ page: 'endpoint', id: endpoint.endpointId });
        } else if (stage) {
          app.open({ page: 'endpoint-stage', id: stage.endpointStageId });
        }
      }}
    />
  );
}
