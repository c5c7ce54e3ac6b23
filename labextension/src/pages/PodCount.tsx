/** How many pods a resource is to have: one more or one less at a time, while it serves. */

import React from 'react';

import { attempt } from '../confirmation';
import { useApp } from '../app';
import type { IStageResource } from '../endpointTypes';
import { resourceName } from '../endpointWords';

export function PodCount({ resource }: { resource: IStageResource }): JSX.Element | null {
  const app = useApp();
  const { trans } = app;
  const [asked, setAsked] = React.useState<number | null>(null);
  const count = asked ?? resource.podCount;
  React.useEffect(() => setAsked(null), [resource.podCount]);
  if (resource.podAutoScaleEnable || resource.endpointModelStatusCode === 'DELETE_IN_PROGRESS') {
    return null;
  }
  const change = async (podCount: number): Promise<void> => {
    setAsked(podCount);
    const done = await attempt(app, trans.__('The number of pods could not be changed'), () =>
      app.model.client.stageResources.update(resource.endpointModelId, { podCount })
    );
    if (!done) {
      setAsked(null);
    }
  };
  const name = resourceName(resource);
  return (
    <span className="em-PodCount" role="group" aria-label={trans.__('Pods of %1', name)}>
      <button
        type="button"
        className="em-IconButton"
        title={trans.__('One pod less for %1', name)}
        aria-label={trans.__('One pod less for %1', name)}
        disabled={count <= 1}
        onClick={() => void change(count - 1)}
      >
        −
      </button>
      <span className="em-PodCount-value">{trans._n('%1 pod', '%1 pods', count)}</span>
      <button
        type="button"
        className="em-IconButton"
        title={trans.__('One pod more for %1', name)}
        aria-label={trans.__('One pod more for %1', name)}
        onClick={() => void change(count + 1)}
      >
        +
      </button>
    </span>
  );
}
