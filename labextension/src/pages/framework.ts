/** Names of frameworks as their makers write them. */

import type { IModel } from '../types';

const NAMES: Record<string, string> = {
  TENSORFLOW: 'TensorFlow',
  PYTORCH: 'PyTorch',
  SKLEARN: 'scikit-learn',
  ONNX: 'ONNX',
  XGBOOST: 'XGBoost',
  LIGHTGBM: 'LightGBM',
  HUGGING_FACE: 'Hugging Face',
  TRITON: 'Triton',
  PYTHON: 'Python'
};

export function frameworkName(code: string | null): string {
  return code ? (NAMES[code] ?? code) : '–';
}

export function frameworkOf(model: IModel): string {
  const name = frameworkName(model.frameworkCode);
  return model.frameworkVersion ? `${name} ${model.frameworkVersion}` : name;
}
