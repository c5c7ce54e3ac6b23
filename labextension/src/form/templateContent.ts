/** From a training's form to a template and back. */

import type { TemplateContent } from '../templateTypes';
import type { FormData } from './SchemaForm';
import { IParts, NEW_EXPERIMENT } from './trainingFields';
import { onForm } from './tuningFields';

/** What belongs to one training or tuning and to no other. */
const OF_ONE_TRAINING = new Set([
  'trainingName',
  'hyperparameterTuningName',
  'trainingTypeCode',
  'experimentName',
  'experimentDescription',
  'sourceGit',
  'copiedFromTrainingId'
]);

/** What a template keeps of a training's or a tuning's settings. */
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

/** The settings on a form with those of a template over them. Own code and an algorithm exclude each other. */
export function filled(data: FormData, content: TemplateContent, parts: IParts): FormData {
  const properties = (parts.schema.schema.properties ?? {}) as Record<string, unknown>;
  const known = Object.entries(content).filter(([name]) => name in properties);
  const kept = Object.fromEntries(known);
  const next: FormData = { ...data, ...(parts.kind === 'TRAINING' ? kept : onForm(kept)) };
  if (content.sourceDirUri) {
    delete next.algorithmId;
  }
  const there = parts.experiments.some(each => each.experimentId === content.experimentId);
  if (content.experimentId && !there) {
    next.experimentId = data.experimentId; // the template's was deleted
  }
  return next;
}
