/** What the backend says of a training's metrics, its use of the machine, and where it came from. */

import type { ITraining } from './types';

export interface IMetric {
  name: string;
  source: 'api' | 'tensorboard' | 'log';
  last: number | null;
  min: number | null;
  max: number | null;
  count: number;
  /** Step, seconds since 1970 (where known), value. */
  pointList: [number, number | null, number][];
}

export interface ISeries {
  metric: string;
  unit: 'percent' | 'bytes' | 'bytes_per_second';
  /** Whose: the instance's, or that of the whole machine. */
  scope: string;
  limit: number | null;
  pointList: [number, number][];
}

export interface IMonitoring {
  available: boolean;
  reason: string;
  intervalSeconds: number;
  instanceList: {
    node: number;
    name: string;
    /** For people, where the name says little. */
    label?: string;
    seriesList: ISeries[];
  }[];
}

interface IMeasured {
  contentHash: string | null;
  fileCount: number | null;
  bytes: number | null;
}

export interface ILineage {
  source:
    | (IMeasured & {
        uri: string;
        git: {
          commit: string;
          branch: string | null;
          dirty: boolean | null;
          remote: string | null;
        } | null;
      })
    | null;
  datasetList: (IMeasured & { datasetName: string; dataUri: string })[];
  outputList: { kind: string; uri: string; fileCount: number | null; bytes: number | null }[];
  modelList: { modelId: string; modelName: string }[];
  copiedFrom: { trainingId: string; trainingName: string } | null;
}

/** A setting or hyperparameter of several trainings, in their order. */
export interface IComparedValue {
  name: string;
  title: string;
  /** null where it was not set. */
  valueList: (string | null)[];
  different: boolean;
}

export interface IComparedMetric {
  name: string;
  curveList: {
    trainingId: string;
    last: number | null;
    pointList: IMetric['pointList'];
  }[];
}

export interface IComparison {
  trainingList: ITraining[];
  settingList: IComparedValue[];
  hyperparameterList: IComparedValue[];
  metricList: IComparedMetric[];
  /** All that the logs hold was read. */
  complete: boolean;
}
