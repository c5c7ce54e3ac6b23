/** What a template says in codes, as people say it. */

import type { TranslationBundle } from '@jupyterlab/translation';

import type { TemplateKind } from './templateTypes';

/** Whose form it fills. */
export function templateKindLabel(kind: TemplateKind, trans: TranslationBundle): string {
  return kind === 'TRAINING' ? trans.__('Training') : trans.__('Hyperparameter tuning');
}
