/** Another stage for the default address, chosen and confirmed: what happens to the old one is said before. */

import React from 'react';

import { useApp } from '../app';
import { Button } from '../components/Button';
import { sentenceOf } from '../errors';
import type { IEndpoint, IStage } from '../endpointTypes';
import { resourceName } from '../endpointWords';

export function DefaultStageForm(props: {
  endpoint: IEndpoint;
  /** Chosen at first. */
  first?: IStage;
  close(): void;
}): JSX.Element {
  const { trans, model } = useApp();
  const { endpoint, close } = props;
  const id = React.useId();
  const others = endpoint.endpointStageList.filter(stage => !stage.isDefaultStage);
  const old = endpoint.endpointStageList.find(stage => stage.isDefaultStage);
  const [chosen, setChosen] = React.useState(
    (props.first ?? others.find(stage => stage.endpointStageStatusCode === 'ACTIVE') ?? others[0])
      ?.endpointStageId ?? ''
  );
  const [error, setError] = React.useState<unknown>(null);
  const [busy, setBusy] = React.useState(false);
  const submit = (event: React.FormEvent): void => {
    event.preventDefault();
    setBusy(true);
    model.client.endpoints
      .changeDefaultStage(endpoint.endpointId, chosen)
      .then(close, (refused: unknown) => {
        setError(refused);
        setBusy(false);
      });
  };
  return (
    <form className="em-EditForm" onSubmit={submit}>
      <label htmlFor={id}>{trans.__('New default stage')}</label>
      <select
        id={id}
        className="em-Input"
        value={chosen}
        onChange={event => setChosen(event.target.value)}
      >
        {others.map(stage => (
          <option key={stage.endpointStageId} value={stage.endpointStageId}>
            {`${stage.endpointStageName} (${stage.endpointModelList.map(resourceName).join(', ')})`}
          </option>
        ))}
      </select>
      {old && (
        <p className="em-EditForm-note">
          {trans.__(
            'The default address leads to the new stage without a gap in service. Afterwards the resources of %1 are removed: %2. This cannot be undone.',
            old.endpointStageName,
            old.endpointModelList.map(resourceName).join(', ') || trans.__('none')
          )}
        </p>
      )}
      {error !== null && (
        <p className="em-Problem" role="alert">
          {sentenceOf(error)}
        </p>
      )}
      <div className="em-Modal-buttons">
        <button
          type="submit"
          className="em-Button em-mod-accept"
          disabled={busy || chosen === ''}
          title={trans.__('Change default stage')}
        >
          {busy ? trans.__('Changing…') : trans.__('Change default stage')}
        </button>
        <Button label={trans.__('Cancel')} onClick={close} />
      </div>
    </form>
  );
}
