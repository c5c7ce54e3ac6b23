/** TensorBoard in a tab of its own: started when it is looked at, passed on by the backend to who may see it. */

import React from 'react';

import { IPageAddress, useApp, useHost } from '../app';
import type { EasyMakerClient } from '../client';
import { ErrorNotice, Loading } from '../components/Notice';
import { useLoaded } from '../hooks';

const never = (): boolean => false;

type Kind = NonNullable<IPageAddress['of']>;

export function Tensorboard(props: { of: Kind; id: string }): JSX.Element {
  const { model, trans } = useApp();
  const { setTitle } = useHost();
  const { of, id } = props;
  const ask = React.useCallback(async () => {
    const [url, name] = await Promise.all([
      model.client.tensorboard(of, id),
      nameOf(model.client, of, id)
    ]);
    return { url, name };
  }, [model, of, id]);
  const loaded = useLoaded(ask, never);
  const name = loaded.value?.name;
  React.useEffect(() => {
    if (name !== undefined) {
      setTitle(`TensorBoard: ${name}`);
    }
  }, [name, setTitle]);
  if (loaded.value === null) {
    return loaded.error === null ? (
      <Loading />
    ) : (
      <ErrorNotice error={loaded.error} onRetry={loaded.reload} />
    );
  }
  return (
    <div className="em-Tensorboard">
      <a
        className="em-Tensorboard-link"
        href={loaded.value.url}
        target="_blank"
        rel="noopener noreferrer"
      >
        {trans.__('Open in a browser tab')}
      </a>
      <iframe
        className="em-Tensorboard-frame"
        title={`TensorBoard: ${loaded.value.name}`}
        src={loaded.value.url}
      />
    </div>
  );
}

async function nameOf(client: EasyMakerClient, of: Kind, id: string): Promise<string> {
  switch (of) {
    case 'training':
      return (await client.trainings.get(id)).trainingName;
    case 'hyperparameter-tuning':
      return (await client.tunings.get(id)).hyperparameterTuningName;
    case 'storage':
      return id;
    case 'experiment':
      return (await client.experiments.get(id)).experimentName;
  }
}
