/** How far a training is, and why it failed: what a person looks for first. */

import React from 'react';

import { useApp } from '../app';
import { Button } from '../components/Button';
import { FailureNotice } from '../components/Notice';
import { bytes, integer } from '../format';
import { useContextState } from '../hooks';
import { plainText } from '../log/ansi';
import { hasEnded, hasFailed, phaseLabel } from '../status';
import type { ITraining } from '../types';

const TAIL_LINES = 8;

/** What is wrong, in words, and the last lines it printed. */
export function Failure(props: {
  training: ITraining;
  onLog?: () => void;
  onCell?: () => void;
}): JSX.Element | null {
  const { trans } = useApp();
  const { training } = props;
  const failed = hasFailed(training.trainingStatusCode);
  if (!failed) {
    return null;
  }
  const tail = plainText(training.logTail ?? '')
    .trimEnd()
    .split('\n')
    .slice(-TAIL_LINES)
    .join('\n');
  return (
    <FailureNotice
      reason={training.trainingStatusReason || trans.__('The training failed without saying why.')}
    >
      {props.onLog && tail && (
        <pre className="em-Failure-tail" aria-label={trans.__('Last lines of the log')}>
          {tail}
        </pre>
      )}
      <div className="em-Failure-buttons">
        {props.onCell && (
          <Button label={trans.__('Show the cell that failed')} onClick={props.onCell} />
        )}
        {props.onLog && tail && <Button label={trans.__('Show the log')} onClick={props.onLog} />}
      </div>
    </FailureNotice>
  );
}

/** What happens now: waiting, fetching inputs, running on n nodes, uploading. */
export function Progress(props: { training: ITraining }): JSX.Element | null {
  const { trans, locale } = useApp();
  const ready = useContextState()?.status === 'ready';
  const { training } = props;
  if (hasEnded(training.trainingStatusCode) || !ready) {
    return null;
  }
  const { progress, notebook } = training;
  const cells =
    notebook && notebook.currentCell !== null
      ? { done: notebook.currentCell, total: notebook.cellCount }
      : null;
  const phases = [...new Set(training.nodeList.map(node => node.phase))];
  const phase = progress?.phase ?? (phases.length === 1 ? phases[0] : '');
  const words = [
    // That it runs is said by its status already.
    phase && phase !== 'RUNNING' && phaseLabel(phase, trans),
    progress?.message,
    progress && progress.totalFiles > 0
      ? trans.__(
          '%1 of %2 files',
          integer(progress.files, locale),
          integer(progress.totalFiles, locale)
        )
      : '',
    progress && progress.totalBytes > 0
      ? trans.__('%1 of %2', bytes(progress.bytes, locale), bytes(progress.totalBytes, locale))
      : '',
    cells &&
      trans.__('Cell %1 of %2', integer(cells.done + 1, locale), integer(cells.total, locale)),
    !progress && training.trainingStatusReason
  ].filter(Boolean);
  if (words.length === 0) {
    return null;
  }
  const share = progress?.totalBytes
    ? Math.min(1, progress.bytes / progress.totalBytes)
    : cells && cells.done / cells.total;
  return (
    <div className="em-Progress" role="status">
      <span>{words.join(' · ')}</span>
      {share !== null && share < 1 && (
        <progress className="em-Progress-bar" value={share} max={1} aria-label={words.join(', ')} />
      )}
    </div>
  );
}
