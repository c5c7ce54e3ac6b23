/** Training templates as the backend says them. */

import type { ITuningCreate } from './tuningTypes';
import type { ITag, ITrainingCreate } from './types';

/** Whose form a template fills. */
export type TemplateKind = 'TRAINING' | 'HYPERPARAMETER_TUNING';

/** Any of a training's or a tuning's settings; none is needed. */
export type TemplateContent = Partial<
  Omit<ITrainingCreate, 'trainingName'> & Omit<ITuningCreate, 'hyperparameterTuningName'>
>;

export interface ITrainingTemplateCreate {
  trainingTemplateName: string;
  description?: string;
  kind?: TemplateKind;
  content: TemplateContent;
  tagList?: ITag[];
}

export type ITrainingTemplateUpdate = Partial<ITrainingTemplateCreate>;

export interface ITrainingTemplate {
  trainingTemplateId: string;
  trainingTemplateName: string;
  description: string;
  kind: TemplateKind;
  content: TemplateContent;
  tagList: ITag[];
  createdDatetime: string;
  createdBy: string;
}
