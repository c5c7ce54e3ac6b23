/** The keys of an endpoint: who may call it. A key is shown once, when it is made. */

import { addIcon, deleteIcon } from '@jupyterlab/ui-components';
import React from 'react';

import { attempt, confirmed } from '../confirmation';
import { useApp } from '../app';
import { IconButton } from '../components/Button';
import { CopyText } from '../components/Fields';
import { ErrorNotice, Loading } from '../components/Notice';
import { Ago } from '../components/Times';
import type { IApiKey, IEndpoint } from '../endpointTypes';
import { useLoaded } from '../hooks';
import { IChange, touches } from '../model';

export function ApiKeys({ endpoint }: { endpoint: IEndpoint }): JSX.Element {
  const app = useApp();
  const { model, trans } = app;
  const id = endpoint.endpointId;
  const ask = React.useCallback(
    (signal: AbortSignal) => model.client.endpoints.apiKeys(id, signal),
    [model, id]
  );
  const relevant = React.useCallback((change: IChange) => touches(change, 'endpoint', id), [id]);
  const loaded = useLoaded(ask, relevant);
  const [made, setMade] = React.useState<IApiKey | null>(null);
  const keys = loaded.value;

  // What is asked shows at once; the event of the change confirms it.
  const [asked, setAsked] = React.useState<boolean | null>(null);
  React.useEffect(() => setAsked(null), [endpoint.useApiKey]);
  const required = asked ?? endpoint.useApiKey;
  const require = async (useApiKey: boolean): Promise<void> => {
    setAsked(useApiKey);
    const done = await attempt(app, trans.__('The endpoint could not be changed'), () =>
      model.client.endpoints.update(id, { useApiKey })
    );
    if (!done) {
      setAsked(null);
    }
  };
  const remove = async (key: IApiKey): Promise<void> => {
    const sure = await confirmed(
      app,
      trans.__('Delete “%1”?', key.apiKeyName),
      trans.__('Calls with this key are refused from then on. This cannot be undone.'),
      trans.__('Delete')
    );
    if (sure) {
      await attempt(app, trans.__('The key could not be deleted'), () =>
        model.client.endpoints.deleteApiKey(id, key.apiKeyId)
      );
      loaded.reload();
    }
  };
  return (
    <div className="em-Keys">
      <label className="em-Checkbox">
        <input
          type="checkbox"
          checked={required}
          onChange={event => void require(event.target.checked)}
        />
        {trans.__('Require an API key')}
      </label>
      <p className="em-mod-quiet">
        {required
          ? trans.__('Calls need a key of this endpoint in the header X-Api-Key.')
          : trans.__('Whoever reaches the address may call it.')}
      </p>
      {loaded.error !== null && <ErrorNotice error={loaded.error} onRetry={loaded.reload} />}
      {made?.apiKey && (
        <div className="em-Keys-made em-tone-good" role="status">
          <span>
            {trans.__('The key of %1. Copy it now: it is not shown again.', made.apiKeyName)}
          </span>
          <CopyText text={made.apiKey} />
        </div>
      )}
      {!keys ? (
        loaded.error === null && <Loading />
      ) : (
        <ul className="em-Keys-list">
          {keys.map(key => (
            <li key={key.apiKeyId}>
              <strong>{key.apiKeyName}</strong>
              <span className="em-mod-quiet">
                <Ago iso={key.createdDatetime} />
                {key.createdBy && ` ${trans.__('by %1', key.createdBy)}`}
              </span>
              <IconButton
                icon={deleteIcon}
                label={trans.__('Delete %1', key.apiKeyName)}
                onClick={() => void remove(key)}
              />
            </li>
          ))}
        </ul>
      )}
      <NewKey
        onCreate={async name => {
          const done = await attempt(app, trans.__('The key could not be created'), async () =>
            setMade(await model.client.endpoints.createApiKey(id, name))
          );
          loaded.reload();
          return done;
        }}
      />
    </div>
  );
}

function NewKey(props: { onCreate(name: string): Promise<boolean> }): JSX.Element {
  const { trans } = useApp();
  const [name, setName] = React.useState('');
  return (
    <form
      className="em-Keys-new"
      onSubmit={event => {
        event.preventDefault();
        void props.onCreate(name.trim()).then(done => done && setName(''));
      }}
    >
      <input
        className="em-Input"
        aria-label={trans.__('Name of the new key')}
        placeholder={trans.__('Name of the new key')}
        maxLength={50}
        value={name}
        onChange={event => setName(event.target.value)}
      />
      <button
        type="submit"
        className="em-Button em-mod-plain"
        disabled={name.trim() === ''}
        title={trans.__('Create a key')}
      >
        <addIcon.react tag="span" className="em-Button-icon" />
        {trans.__('Create a key')}
      </button>
    </form>
  );
}
