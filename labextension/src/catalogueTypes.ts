/** What can be chosen from: instance types, images, algorithms, and what the backend allows. */

export type ModelFormat =
  | 'TENSORFLOW'
  | 'PYTORCH'
  | 'SKLEARN'
  | 'ONNX'
  | 'XGBOOST'
  | 'LIGHTGBM'
  | 'PYTHON'
  | 'HUGGING_FACE'
  | 'TRITON';

/** An instance type. */
export interface IFlavor {
  id: string;
  name: string;
  vcpus: number;
  /** MiB. */
  ram: number;
  /** GB; 0 where the machine's own disk is used. */
  disk: number;
  gpuFlavor: boolean;
  gpuCount: number;
  /** MiB of one GPU. */
  gpuMemory: number;
  groupTypeCodeList: string[];
}

export interface IImage {
  imageId: string;
  imageName: string;
  imageTypeCode: string;
  groupTypeCode: string;
  coreTypeCode: 'CPU' | 'GPU';
  frameworkCode: string;
  frameworkVersion: string;
  pythonVersion: string;
  description: string;
}

export interface IHyperparameterSpec {
  hyperparameterName: string;
  hyperparameterTypeCode: 'int' | 'double' | 'discrete' | 'categorical';
  hyperparameterMinValue: string | null;
  hyperparameterMaxValue: string | null;
  hyperparameterStep: string | null;
  /** Comma-separated. */
  hyperparameterSpecifiedValues: string | null;
  isOptional: boolean;
  defaultValue: string | null;
  description: string;
}

export interface IAlgorithm {
  algorithmId: string;
  algorithmName: string;
  description: string;
  cpuTrainingImageId: string;
  gpuTrainingImageId: string;
  algorithmDatasetSchema: { datasetName: string; isOptional: boolean; description: string }[];
  hyperparameterSpecList: IHyperparameterSpec[];
  metricList: { name: string }[];
  modelFormatCode: ModelFormat;
}

export interface IConfiguration {
  region: string;
  defaultOutputUri: string;
  storageSchemes: string[];
  nasList: { nasId: string }[];
  obsList: string[];
  limits: Record<string, number>;
  capacity: { vcpus: number; memoryMib: number; gpus: number } | null;
  user: { userId: string; isAdmin: boolean };
  /** Whether the backend is the service of a hub: without one there are no notebooks. */
  hasHub: boolean;
}

/** What there is a create body of. */
export type FormName =
  | 'experiment'
  | 'training'
  | 'hyperparameter-tuning'
  | 'model'
  | 'endpoint'
  | 'endpoint-stage'
  | 'endpoint-model'
  | 'batch-inference'
  | 'notebook'
  | 'image'
  | 'registry-account';

/** JSON Schema of a create body; fields carry title, description, x-section, x-choices, x-widget. */
export interface ICreateSchema {
  schema: Record<string, unknown>;
  sections: Record<string, string>;
}
