/** Where a training came from and what came of it: code, data, outputs and models. */

import React from 'react';

import { useApp } from '../app';
import { LinkButton } from '../components/Button';
import { CopyText, Field, Group, UriText } from '../components/Fields';
import { ErrorNotice, Loading } from '../components/Notice';
import { bytes } from '../format';
import { useLoaded } from '../hooks';
import { IChange, touches } from '../model';
import type { ILineage } from '../trackingTypes';
import type { ITraining } from '../types';

export function TrainingLineage({ training }: { training: ITraining }): JSX.Element {
  const { model } = useApp();
  const id = training.trainingId;
  const ask = React.useCallback(
    (signal: AbortSignal) => model.client.trainings.lineage(id, signal),
    [model, id]
  );
  const relevant = React.useCallback((change: IChange) => touches(change, 'training', id), [id]);
  const loaded = useLoaded(ask, relevant);
  if (loaded.value === null) {
    return loaded.error === null ? (
      <Loading />
    ) : (
      <ErrorNotice error={loaded.error} onRetry={loaded.reload} />
    );
  }
  return (
    <div className="em-Groups">
      <Origin lineage={loaded.value} />
      <Data lineage={loaded.value} />
      <Results lineage={loaded.value} />
    </div>
  );
}

function Origin({ lineage }: { lineage: ILineage }): JSX.Element | null {
  const app = useApp();
  const { trans } = app;
  const { source, copiedFrom } = lineage;
  const git = source?.git;
  return (
    <Group title={trans.__('Code')}>
      <Field name={trans.__('Source directory')}>{source && <UriText uri={source.uri} />}</Field>
      <Field name={trans.__('Content')}>{source && <Measured of={source} />}</Field>
      <Field name={trans.__('Git commit')}>
        {git && (
          <>
            <CopyText text={git.commit} />
            {git.branch && ` ${trans.__('on %1', git.branch)}`}
            {git.dirty && ` (${trans.__('with changes that were not committed')})`}
          </>
        )}
      </Field>
      <Field name={trans.__('Repository')}>{git?.remote && <CopyText text={git.remote} />}</Field>
      <Field name={trans.__('Copied from')}>
        {copiedFrom &&
          (copiedFrom.trainingName ? (
            <LinkButton
              label={copiedFrom.trainingName}
              onClick={() => app.open({ page: 'training', id: copiedFrom.trainingId })}
            />
          ) : (
            trans.__('a training that was deleted')
          ))}
      </Field>
    </Group>
  );
}

function Data({ lineage }: { lineage: ILineage }): JSX.Element | null {
  const { trans } = useApp();
  if (lineage.datasetList.length === 0) {
    return null;
  }
  return (
    <Group title={trans.__('Data sets')}>
      {lineage.datasetList.map(dataset => (
        <Field key={dataset.datasetName} name={dataset.datasetName}>
          <UriText uri={dataset.dataUri} /> <Measured of={dataset} />
        </Field>
      ))}
    </Group>
  );
}

function Results({ lineage }: { lineage: ILineage }): JSX.Element {
  const app = useApp();
  const { trans } = app;
  const kinds: Record<string, string> = {
    model: trans.__('Model output'),
    checkpoint: trans.__('Checkpoints')
  };
  return (
    <Group title={trans.__('What came of it')}>
      {lineage.outputList.map(output => (
        <Field key={output.uri} name={kinds[output.kind] ?? output.kind}>
          <UriText uri={output.uri} /> <Measured of={{ ...output, contentHash: null }} />
        </Field>
      ))}
      <Field name={trans.__('Models')}>
        {lineage.modelList.length > 0 &&
          lineage.modelList.map(model => (
            <LinkButton
              key={model.modelId}
              label={model.modelName}
              onClick={() => app.open({ page: 'model', id: model.modelId })}
            />
          ))}
      </Field>
      <Field name={trans.__('State')}>
        {lineage.outputList.length === 0 && trans.__('Nothing has been uploaded.')}
      </Field>
    </Group>
  );
}

function Measured(props: {
  of: { contentHash: string | null; fileCount: number | null; bytes: number | null };
}): JSX.Element | null {
  const { trans, locale } = useApp();
  const { contentHash, fileCount, bytes: size } = props.of;
  if (fileCount === null || size === null) {
    return null;
  }
  return (
    <span className="em-Measured">
      {trans._n('%1 file', '%1 files', fileCount, fileCount)}, {bytes(size, locale)}
      {contentHash && (
        <>
          {' · '}
          <code title={contentHash}>{contentHash.slice(0, 19)}…</code>
        </>
      )}
    </span>
  );
}
