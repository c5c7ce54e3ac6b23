/** What a status means to the panel: its words, its colour, and what may be done in it. */

import type { TranslationBundle } from '@jupyterlab/translation';

import type { BatchInferenceStatus } from './batchInferenceTypes';
import type {
  EndpointStatus,
  GatewayStatus,
  PodStatus,
  StageResourceStatus,
  StageStatus
} from './endpointTypes';
import type { NotebookStatus } from './notebookTypes';
import type { TrialStatus, TuningStatus } from './tuningTypes';
import type { ExperimentStatus, IResourceCount, TrainingStatus } from './types';

/** Of what begins and ends by itself. */
export type JobStatus = TrainingStatus | TuningStatus | BatchInferenceStatus;

export type Status =
  | JobStatus
  | ExperimentStatus
  | TrialStatus
  | EndpointStatus
  | StageStatus
  | StageResourceStatus
  | GatewayStatus
  | NotebookStatus
  | PodStatus;

/** How a status looks: something is on its way, works, went well, went wrong, or rests. */
export type Tone = 'busy' | 'running' | 'good' | 'bad' | 'idle';

const TONES: Record<Status, Tone> = {
  CREATE_REQUESTED: 'busy',
  CREATE_IN_PROGRESS: 'busy',
  CREATE_FAILED: 'bad',
  ACTIVE: 'good',
  RUNNING: 'running',
  STOP_IN_PROGRESS: 'busy',
  STOPPED: 'idle',
  COMPLETE_IN_PROGRESS: 'running',
  COMPLETE: 'good',
  FAIL_TRAIN_IN_PROGRESS: 'bad',
  FAIL_TRAIN: 'bad',
  FAIL_HYPERPARAMETER_TUNING_IN_PROGRESS: 'bad',
  FAIL_HYPERPARAMETER_TUNING: 'bad',
  CREATED: 'busy',
  SUCCEEDED: 'good',
  KILLED: 'idle',
  FAILED: 'bad',
  METRICS_UNAVAILABLE: 'bad',
  EARLY_STOPPED: 'idle',
  FAIL_BATCH_INFERENCE_IN_PROGRESS: 'bad',
  FAIL_BATCH_INFERENCE: 'bad',
  UPDATE_IN_PROGRESS: 'busy',
  UPDATE_FAILED: 'bad',
  DEPLOY_IN_PROGRESS: 'busy',
  DEPLOY_FAILED: 'bad',
  DELETE_IN_PROGRESS: 'busy',
  STAGE_DEPLOYING: 'busy',
  NOT_FOUND_STAGE: 'bad',
  NOT_FOUND_STAGE_DEPLOY_RESULT: 'bad',
  STAGE_DEPLOY_FAIL: 'bad',
  QUEUED: 'busy',
  STARTING: 'busy',
  READY: 'good',
  DRAINING: 'idle',
  START_IN_PROGRESS: 'busy',
  REBOOT_IN_PROGRESS: 'busy',
  STOP_FAILED: 'bad',
  START_FAILED: 'bad',
  REBOOT_FAILED: 'bad',
  DELETE_FAILED: 'bad'
};

export function toneOf(status: Status): Tone {
  return TONES[status] ?? 'idle';
}

export function labelOf(status: Status, trans: TranslationBundle): string {
  const labels: Record<Status, string> = {
    CREATE_REQUESTED: trans.__('Create requested'),
    CREATE_IN_PROGRESS: trans.__('Create in progress'),
    CREATE_FAILED: trans.__('Create failed'),
    ACTIVE: trans.__('Active'),
    RUNNING: trans.__('Running'),
    STOP_IN_PROGRESS: trans.__('Stop in progress'),
    STOPPED: trans.__('Stopped'),
    COMPLETE_IN_PROGRESS: trans.__('Complete in progress'),
    COMPLETE: trans.__('Complete'),
    FAIL_TRAIN_IN_PROGRESS: trans.__('Fail in progress'),
    FAIL_TRAIN: trans.__('Failed'),
    FAIL_HYPERPARAMETER_TUNING_IN_PROGRESS: trans.__('Fail in progress'),
    FAIL_HYPERPARAMETER_TUNING: trans.__('Failed'),
    CREATED: trans.__('Created'),
    SUCCEEDED: trans.__('Succeeded'),
    KILLED: trans.__('Killed'),
    FAILED: trans.__('Failed'),
    METRICS_UNAVAILABLE: trans.__('No metrics'),
    EARLY_STOPPED: trans.__('Stopped early'),
    FAIL_BATCH_INFERENCE_IN_PROGRESS: trans.__('Fail in progress'),
    FAIL_BATCH_INFERENCE: trans.__('Failed'),
    UPDATE_IN_PROGRESS: trans.__('Update in progress'),
    UPDATE_FAILED: trans.__('Update failed'),
    DEPLOY_IN_PROGRESS: trans.__('Deploy in progress'),
    DEPLOY_FAILED: trans.__('Deploy failed'),
    DELETE_IN_PROGRESS: trans.__('Delete in progress'),
    STAGE_DEPLOYING: trans.__('Deploying'),
    NOT_FOUND_STAGE: trans.__('Stage not found'),
    NOT_FOUND_STAGE_DEPLOY_RESULT: trans.__('Deploy result not found'),
    STAGE_DEPLOY_FAIL: trans.__('Deploy failed'),
    QUEUED: trans.__('Waiting for room'),
    STARTING: trans.__('Starting'),
    READY: trans.__('Ready'),
    DRAINING: trans.__('Ending'),
    START_IN_PROGRESS: trans.__('Start in progress'),
    REBOOT_IN_PROGRESS: trans.__('Reboot in progress'),
    STOP_FAILED: trans.__('Stop failed'),
    START_FAILED: trans.__('Start failed'),
    REBOOT_FAILED: trans.__('Reboot failed'),
    DELETE_FAILED: trans.__('Delete failed')
  };
  return labels[status] ?? status;
}

const ENDED: Status[] = [
  'STOPPED',
  'COMPLETE',
  'FAIL_TRAIN',
  'FAIL_HYPERPARAMETER_TUNING',
  'FAIL_BATCH_INFERENCE',
  'CREATE_FAILED'
];

/** Nothing happens to the job any more unless a person asks for it. */
export function hasEnded(status: JobStatus): boolean {
  return ENDED.includes(status);
}

export function hasFailed(status: JobStatus): boolean {
  return STATUS_GROUPS.failed.includes(status);
}

export function isStoppable(status: JobStatus): boolean {
  return !hasEnded(status) && status !== 'STOP_IN_PROGRESS';
}

/** What a list of jobs can be narrowed to. */
export const STATUS_GROUPS: Record<string, Status[]> = {
  active: [
    'CREATE_REQUESTED',
    'CREATE_IN_PROGRESS',
    'RUNNING',
    'STOP_IN_PROGRESS',
    'COMPLETE_IN_PROGRESS',
    'FAIL_TRAIN_IN_PROGRESS',
    'FAIL_HYPERPARAMETER_TUNING_IN_PROGRESS',
    'FAIL_BATCH_INFERENCE_IN_PROGRESS'
  ],
  complete: ['COMPLETE'],
  failed: ['FAIL_TRAIN', 'FAIL_HYPERPARAMETER_TUNING', 'FAIL_BATCH_INFERENCE', 'CREATE_FAILED'],
  stopped: ['STOPPED']
};

const WAITING: Status[] = ['CREATE_REQUESTED', 'CREATE_IN_PROGRESS'];

/** It has not begun: it is being prepared, or waits for room. */
export function isWaiting(status: Status): boolean {
  return WAITING.includes(status);
}

/** How many of the counted jobs have begun and not ended. */
export function running(counted: IResourceCount | undefined): number {
  return STATUS_GROUPS.active
    .filter(status => !isWaiting(status))
    .reduce((sum, status) => sum + (counted?.byStatus[status] ?? 0), 0);
}

/** What runs, as words: the phase of a node or of the runner. */
export function phaseLabel(phase: string, trans: TranslationBundle): string {
  const labels: Record<string, string> = {
    QUEUED: trans.__('Waiting for room'),
    STAGING: trans.__('Fetching inputs'),
    INSTALLING: trans.__('Installing requirements'),
    RUNNING: trans.__('Running'),
    UPLOADING: trans.__('Uploading outputs'),
    DONE: trans.__('Done')
  };
  return labels[phase] ?? phase;
}
