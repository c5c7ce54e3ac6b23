/** What the pods of a stage print: one resource at a time, live. */

import React from 'react';

import { useApp } from '../app';
import { Empty } from '../components/Notice';
import type { IStage } from '../endpointTypes';
import { podLabel, resourceName } from '../endpointWords';
import { logSearchIcon } from '../icons';
import { LogPanel } from '../log/LogPanel';

export function StageLogs({ stage }: { stage: IStage }): JSX.Element {
  const { model, trans } = useApp();
  const resources = stage.endpointModelList;
  const [chosen, setChosen] = React.useState('');
  const resource = resources.find(each => each.endpointModelId === chosen) ?? resources[0];
  const pods = resource?.podList ?? [];
  if (!resource) {
    return (
      <Empty icon={logSearchIcon} title={trans.__('Nothing to see yet')}>
        {trans.__('The stage has no resources whose pods could print something.')}
      </Empty>
    );
  }
  return (
    <>
      {resources.length > 1 && (
        <label className="em-Choose em-mod-inset">
          {trans.__('Stage resource')}
          <select
            className="em-Input em-Select"
            value={resource.endpointModelId}
            onChange={event => setChosen(event.target.value)}
          >
            {resources.map(each => (
              <option key={each.endpointModelId} value={each.endpointModelId}>
                {resourceName(each)}
              </option>
            ))}
          </select>
        </label>
      )}
      {pods.length === 0 ? (
        <Empty icon={logSearchIcon} title={trans.__('No pods')}>
          {trans.__('None runs at the moment. What one prints shows here once it has begun.')}
        </Empty>
      ) : (
        <LogPanel
          key={resource.endpointModelId}
          api={model.client.stageResources}
          id={resource.endpointModelId}
          name={`${stage.endpointStageName}-${resource.model.modelName}`}
          parts={pods.map(pod => ({
            title: podLabel(resource, pod, trans),
            part: { pod: pod.podName }
          }))}
          emptyText={trans.__('Nothing printed yet. Lines appear here as they are printed.')}
        />
      )}
    </>
  );
}
