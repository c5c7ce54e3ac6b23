/** Training templates as the backend says them. */

import type { ITag, ITrainingCreate } from './types';

/** Any of a training's settings; none is needed. */
export type TemplateContent = Partial<Omit<ITrainingCreate, 'trainingName'>>;

export interface ITrainingTemplateCreate {
  trainingTemplateName: string;
  description?: string;
  kind?: 'TRAINING' | 'HYPERPARAMETER_TUNING';
  content: TemplateContent;
  tagList?: ITag[];
}

export type ITrainingTemplateUpdate = Partial<ITrainingTemplateCreate>;

export interface ITrainingTemplate {
  trainingTemplateId: string;
  trainingTemplateName: string;
  description: string;
  kind: 'TRAINING' | 'HYPERPARAMETER_TUNING';
  content: TemplateContent;
  tagList: ITag[];
  createdDatetime: string;
  createdBy: string;
}
