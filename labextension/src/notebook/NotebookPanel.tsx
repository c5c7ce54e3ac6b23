/** The executed notebook of a training, as far as it has come, and the way to a copy of one's own. */

import { refreshIcon, saveIcon } from '@jupyterlab/ui-components';
import { Widget } from '@lumino/widgets';
import React from 'react';

import { useApp } from '../app';
import { Button } from '../components/Button';
import { Empty, ErrorNotice, Loading } from '../components/Notice';
import { ApiError, sentenceOf } from '../errors';
import { useLoaded } from '../hooks';
import { trainingIcon } from '../icons';
import { touches } from '../model';
import { hasEnded } from '../status';
import type { ITraining } from '../types';
import { useWatched } from '../useWatched';
import { NotebookView } from './NotebookView';
import { saveCopy } from './saveCopy';

export function NotebookPanel({ training }: { training: ITraining }): JSX.Element {
  const app = useApp();
  const { trans, model } = app;
  const id = training.trainingId;
  const ask = React.useCallback(
    (signal: AbortSignal) => model.client.trainings.notebook(id, signal),
    [model, id]
  );
  const relevant = React.useCallback(
    (change: Parameters<typeof touches>[0]) => touches(change, 'training', id),
    [id]
  );
  const { value, error, reload } = useLoaded(ask, relevant);
  const running = !hasEnded(training.trainingStatusCode);
  useWatched(running ? [`TRAINING_NOTEBOOK/${id}`] : [], reload);
  const [saving, setSaving] = React.useState<unknown>(null);

  const view = React.useMemo(() => new NotebookView(app.rendermime, app.languages), [app]);
  React.useEffect(() => () => view.dispose(), [view]);
  const failed = training.notebook?.failedCell ?? null;
  React.useEffect(() => {
    if (value) {
      view.setNotebook(value);
      view.showFailed(failed);
    }
  }, [view, value, failed]);
  const host = React.useCallback(
    (node: HTMLDivElement | null) => {
      if (node && !view.isAttached) {
        Widget.attach(view, node);
      } else if (!node && view.isAttached) {
        Widget.detach(view);
      }
    },
    [view]
  );

  if (!value) {
    if (error instanceof ApiError && error.notFound) {
      return (
        <Empty icon={trainingIcon} title={trans.__('No executed notebook yet')}>
          {sentenceOf(error)}
        </Empty>
      );
    }
    return error !== null ? <ErrorNotice error={error} onRetry={reload} /> : <Loading />;
  }
  return (
    <div className="em-NotebookPanel">
      <div className="em-LogBar">
        <span className="em-mod-quiet">
          {running
            ? trans.__('The notebook as far as it has run.')
            : trans.__('The notebook as it was executed.')}
        </span>
        <span className="em-LogBar-end">
          {failed !== null && (
            <Button
              label={trans.__('Show the cell that failed')}
              onClick={() => view.showFailed(failed)}
            />
          )}
          <Button icon={refreshIcon} label={trans.__('Refresh')} onClick={reload} />
          <Button
            icon={saveIcon}
            label={trans.__('Open a copy')}
            caption={trans.__('Save it beside your files and open it')}
            onClick={() => {
              setSaving(null);
              saveCopy(app, training.trainingName, value).catch(setSaving);
            }}
          />
        </span>
      </div>
      {saving !== null && <ErrorNotice error={saving} />}
      <div ref={host} className="em-NotebookPanel-host" />
    </div>
  );
}
