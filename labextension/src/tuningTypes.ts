/** Hyperparameter tunings and their trials as the backend says them. */

import type { IFlavor, IImage } from './catalogueTypes';
import type { ExperimentStatus, IDataset, IHyperparameter, ITag, ITrainingCreate } from './types';

export type TuningStatus =
  | 'CREATE_REQUESTED'
  | 'CREATE_IN_PROGRESS'
  | 'RUNNING'
  | 'STOP_IN_PROGRESS'
  | 'STOPPED'
  | 'COMPLETE_IN_PROGRESS'
  | 'COMPLETE'
  | 'FAIL_HYPERPARAMETER_TUNING_IN_PROGRESS'
  | 'FAIL_HYPERPARAMETER_TUNING'
  | 'CREATE_FAILED';

export type TrialStatus =
  | 'CREATED'
  | 'RUNNING'
  | 'SUCCEEDED'
  | 'KILLED'
  | 'FAILED'
  | 'METRICS_UNAVAILABLE'
  | 'EARLY_STOPPED';

export type HyperparameterType = 'int' | 'double' | 'discrete' | 'categorical';

export type TuningStrategy =
  'GRID' | 'RANDOM' | 'BAYESIAN_OPTIMIZATION' | 'GAUSSIAN_PROCESS' | 'CMA_ES' | 'QMC';

export type ObjectiveType = 'MINIMIZE' | 'MAXIMIZE';

/** A range (int, double) or a list of values (discrete, categorical). Numbers are texts. */
export interface IHyperparameterRange {
  hyperparameterName: string;
  hyperparameterTypeCode: HyperparameterType;
  hyperparameterMinValue?: string | null;
  hyperparameterMaxValue?: string | null;
  hyperparameterStep?: string | null;
  /** With commas between them. */
  hyperparameterSpecifiedValues?: string | null;
}

export interface ITuningCreate extends Omit<
  ITrainingCreate,
  'trainingName' | 'hyperparameterList' | 'trainingTypeCode'
> {
  hyperparameterTuningName: string;
  hyperparameterSpecList: IHyperparameterRange[];
  tuningStrategyName?: TuningStrategy;
  tuningStrategyRandomState?: number | null;
  parallelTrialCount?: number;
  metricList?: string[];
  metricRegex?: string | null;
  objectiveMetric: { name: string };
  objectiveTypeCode?: ObjectiveType;
  objectiveGoal?: number | null;
  maxTrialCount?: number | null;
  maxFailedTrialCount?: number | null;
  keptModels?: 'ALL' | 'BEST';
  earlyStoppingAlgorithm?: 'MEDIAN' | null;
  earlyStoppingMinTrialCount?: number;
  earlyStoppingStartStep?: number;
}

export interface ITuningUpdate {
  hyperparameterTuningName?: string;
  description?: string;
  tagList?: ITag[];
}

export interface ITrialMetric {
  trialMetricName: string;
  trialMetricMinValue: string | null;
  trialMetricMaxValue: string | null;
  trialMetricLatestValue: string | null;
}

/** A trial is a training of the same id. */
export interface ITrial {
  trialId: string;
  trialName: string;
  /** From 0. */
  trialNumber: number;
  trialStatusCode: TrialStatus;
  trialStatusReason: string;
  trainingStatusCode: string;
  hyperparameterTuningId: string;
  hyperparameterList: IHyperparameter[];
  trialMetricList: ITrialMetric[];
  objectiveValue: number | null;
  isOptimal: boolean;
  modelUri: string | null;
  elapsedTimeSeconds: number;
  createdDatetime: string;
  startedDatetime: string | null;
  endedDatetime: string | null;
}

export interface ITuning {
  hyperparameterTuningId: string;
  hyperparameterTuningName: string;
  description: string;
  appKey: string;
  hyperparameterTuningStatusCode: TuningStatus;
  /** GoalReached, MaxTrialsReached or SuggestionEndReached of a COMPLETE one; else a sentence. */
  hyperparameterTuningStatusReason: string;
  experiment: {
    experimentId: string;
    experimentName: string;
    experimentStatusCode?: ExperimentStatus;
  };
  /** Nodes of a trial times parallel trials. */
  instanceCount: number;
  nprocPerNode: number;
  useTorchrun: boolean;
  algorithm: { algorithmId: string; algorithmName: string } | null;
  sourceDirUri: string | null;
  entryPoint: string | null;
  hyperparameterSpecList: IHyperparameterRange[];
  datasetList: IDataset[];
  checkPointInputUri: string | null;
  checkPointUploadUri: string | null;
  modelUploadUri: string;
  metricList: { name: string }[];
  metricRegex: string | null;
  objectiveMetricName: string;
  objectiveTypeCode: ObjectiveType;
  objectiveGoal: number | null;
  maxTrialCount: number | null;
  maxFailedTrialCount: number | null;
  parallelTrialCount: number;
  keptModels: 'ALL' | 'BEST';
  tuningStrategyName: TuningStrategy;
  tuningStrategyRandomState: number | null;
  earlyStoppingAlgorithm: 'MEDIAN' | null;
  earlyStoppingMinTrialCount: number | null;
  earlyStoppingStartStep: number | null;
  trialCount: number;
  successfulTrialCount: number;
  /** Those that have not ended, waiting ones included. */
  runningTrialCount: number;
  failedTrialCount: number;
  earlyStoppedTrialCount: number;
  optimalTrialId: string | null;
  optimalTrial: ITrial | null;
  timeoutMinutes: number;
  elapsedTimeSeconds: number;
  tensorboardAccessUri: string;
  flavor: IFlavor;
  image: IImage;
  dataStorageList?: { storageSize?: number; size?: number }[];
  modelList: { modelId: string; modelName: string }[];
  useLog: boolean;
  tagList: ITag[];
  createdDatetime: string;
  startedDatetime: string | null;
  endedDatetime: string | null;
  createdBy: string;
}

export interface IBestPoint {
  trialId: string;
  trialNumber: number;
  objectiveValue: number | null;
  bestSoFar: number | null;
  endedDatetime: string | null;
}

export interface IHyperparameterAxis {
  hyperparameterName: string;
  hyperparameterTypeCode: HyperparameterType;
  /** Of a list: its values, in order. */
  categoryList: string[];
  minValue: number | null;
  maxValue: number | null;
}

export interface IChartTrial {
  trialId: string;
  trialNumber: number;
  trialStatusCode: TrialStatus;
  objectiveValue: number;
  /** One for each axis. */
  valueList: (number | string)[];
}

export interface ITuningCharts {
  historyList: IBestPoint[];
  axisList: IHyperparameterAxis[];
  trialList: IChartTrial[];
  /** All together 1; empty until enough trials have ended. */
  importanceList: { hyperparameterName: string; importance: number }[];
  importanceNote: string;
}

export interface ITrialCurve {
  trialId: string;
  trialName: string;
  trialNumber: number;
  trialStatusCode: TrialStatus;
  /** Step, epoch seconds, value. */
  pointList: [number, number | null, number][];
}

export interface ITrialCurves {
  curveList: ITrialCurve[];
  /** The metrics there are, the objective first. */
  metricNameList: string[];
}
