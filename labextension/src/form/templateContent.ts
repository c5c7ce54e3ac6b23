/** From a training's form to a template and back. */

import type { TemplateContent } from '../templateTypes';
import type { FormData } from './SchemaForm';
import { IParts, NEW_EXPERIMENT } from './trainingFields';

/** What belongs to one training and to no other. */
const OF_ONE_TRAINING = new Set([
  'trainingName',
  'trainingTypeCode',
  'experimentName',
  'experimentDescription',
  'sourceGit',
  'copiedFromTrainingId'
]);

/** What a template keeps of a training's settings. */
export function contentOf(body: FormData): TemplateContent {
  const kept = Object.entries(body).filter(
    ([name, value]) =>
      !OF_ONE_TRAINING.has(name) &&
      value !== null &&
      value !== '' &&
      !(Array.isArray(value) && value.length === 0) &&
      !(name === 'experimentId' && value === NEW_EXPERIMENT)
  );
  return Object.fromEntries(kept) as TemplateContent;
}

/** A training's settings with those of a template over them. Own code and an algorithm exclude each other. */
export function filled(data: FormData, content: TemplateContent, parts: IParts): FormData {
  const next: FormData = { ...data, ...content };
  if (content.sourceDirUri) {
    delete next.algorithmId;
  }
  const known = parts.experiments.some(each => each.experimentId === content.experimentId);
  if (content.experimentId && !known) {
    next.experimentId = data.experimentId; // the template's was deleted
  }
  return next;
}
