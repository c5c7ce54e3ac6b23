/** What the states of notebooks and of what is in them are called, and what may be asked in each. */

import type { TranslationBundle } from '@jupyterlab/translation';

import type { INotebook, NotebookStatus, ScriptState } from './notebookTypes';
import { labelOf, Tone, toneOf } from './status';

/** Something is being done with it: nothing else can be asked meanwhile. */
export function isInProgress(status: NotebookStatus): boolean {
  return status === 'CREATE_REQUESTED' || status.endsWith('_IN_PROGRESS');
}

export function hasFailed(status: NotebookStatus): boolean {
  return status.endsWith('_FAILED');
}

/** As the backend decides it. */
export function mayStart(status: NotebookStatus): boolean {
  return ['STOPPED', 'CREATE_FAILED', 'START_FAILED', 'REBOOT_FAILED'].includes(status);
}

export function mayStop(status: NotebookStatus): boolean {
  return ['ACTIVE', 'STOP_FAILED', 'REBOOT_FAILED'].includes(status);
}

export function mayChangeFlavor(status: NotebookStatus): boolean {
  return status === 'STOPPED' || status === 'START_FAILED';
}

export function notebookTone(notebook: INotebook): Tone {
  return notebook.notebookHealthCode === 'UNHEALTHY' ? 'bad' : toneOf(notebook.notebookStatusCode);
}

/** The status, of one that runs with how it is. */
export function notebookLabel(notebook: INotebook, trans: TranslationBundle): string {
  const health = {
    HEALTHY: trans.__('Active (healthy)'),
    UNHEALTHY: trans.__('Active (unhealthy)')
  };
  return notebook.notebookHealthCode
    ? health[notebook.notebookHealthCode]
    : labelOf(notebook.notebookStatusCode, trans);
}

export function scriptTone(state: ScriptState): Tone {
  const tones: Record<ScriptState, Tone> = {
    WAITING: 'busy',
    RUNNING: 'running',
    SUCCEEDED: 'good',
    FAILED: 'bad',
    TIMED_OUT: 'bad',
    SKIPPED: 'idle'
  };
  return tones[state] ?? 'idle';
}

export function scriptLabel(state: ScriptState, trans: TranslationBundle): string {
  const labels: Record<ScriptState, string> = {
    WAITING: trans.__('Waiting'),
    RUNNING: trans.__('Running'),
    SUCCEEDED: trans.__('Succeeded'),
    FAILED: trans.__('Failed'),
    TIMED_OUT: trans.__('Took too long'),
    SKIPPED: trans.__('Not run')
  };
  return labels[state] ?? state;
}
