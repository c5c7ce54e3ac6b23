/** How the calls of the default address are shared between stages: a canary, moved with sliders. */

import React from 'react';

import { attempt } from '../confirmation';
import { useApp } from '../app';
import { Button } from '../components/Button';
import { Empty } from '../components/Notice';
import { newStage } from '../endpointActions';
import type { IEndpoint, IStage } from '../endpointTypes';
import { swapIcon } from '../icons';
import { moved, sharesOf } from './trafficShares';

export function TrafficSplit({ endpoint }: { endpoint: IEndpoint }): JSX.Element {
  const app = useApp();
  const { trans } = app;
  const stages = endpoint.endpointStageList;
  const told = React.useMemo(() => sharesOf(endpoint), [endpoint]);
  const [draft, setDraft] = React.useState<Record<string, number> | null>(null);
  const [busy, setBusy] = React.useState(false);
  if (stages.length < 2) {
    return (
      <Empty
        icon={swapIcon}
        title={trans.__('All calls go to the default stage')}
        action={<Button label={trans.__('New stage')} onClick={() => newStage(app, endpoint)} />}
      >
        {trans.__(
          'With a second stage, a part of the calls can be sent to it first, to see how it does.'
        )}
      </Empty>
    );
  }
  const shares = draft ?? told;
  const send = async (weights: Record<string, number>): Promise<void> => {
    setBusy(true);
    const list = Object.entries(weights)
      .filter(([, weight]) => weight > 0)
      .map(([endpointStageId, weight]) => ({ endpointStageId, weight }));
    const done = await attempt(app, trans.__('The calls could not be shared out so'), () =>
      app.model.client.endpoints.changeTraffic(endpoint.endpointId, list)
    );
    setBusy(false);
    if (done) {
      setDraft(null);
    }
  };
  return (
    <div className="em-Traffic">
      <p className="em-Traffic-about">
        {trans.__(
          'Shares of the calls to the default address. The address of each stage always leads to that stage.'
        )}
      </p>
      {stages.map(stage => (
        <Share
          key={stage.endpointStageId}
          stage={stage}
          share={shares[stage.endpointStageId] ?? 0}
          onChange={share => setDraft(moved(shares, stage.endpointStageId, share))}
        />
      ))}
      <div className="em-Traffic-buttons">
        <Button
          kind="accept"
          label={trans.__('Apply')}
          disabled={busy || draft === null}
          onClick={() => void send(shares)}
        />
        {draft !== null && (
          <Button label={trans.__('Undo')} disabled={busy} onClick={() => setDraft(null)} />
        )}
        <Button
          label={trans.__('All to the default stage')}
          disabled={busy || endpoint.trafficList.length === 0}
          onClick={() => void send({})}
        />
      </div>
    </div>
  );
}

function Share(props: {
  stage: IStage;
  share: number;
  onChange(share: number): void;
}): JSX.Element {
  const { trans } = useApp();
  const { stage, share } = props;
  const id = React.useId();
  const ready = stage.endpointStageStatusCode === 'ACTIVE';
  return (
    <div className="em-Share">
      <label htmlFor={id} className="em-Share-name" title={stage.endpointStageName}>
        {stage.endpointStageName}
        {stage.isDefaultStage && <span className="em-Best">{trans.__('Default stage')}</span>}
      </label>
      <input
        id={id}
        type="range"
        min={0}
        max={100}
        value={share}
        disabled={!ready}
        title={ready ? undefined : trans.__('This stage does not serve')}
        onChange={event => props.onChange(Number(event.target.value))}
      />
      <output className="em-Share-value" htmlFor={id}>
        {trans.__('%1 %', share)}
      </output>
    </div>
  );
}
