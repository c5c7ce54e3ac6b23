/** What the kinds of images are called. */

import type { ICore } from './app';

export function groupTypeLabel({ trans }: ICore, type: string): string {
  return type === 'NOTEBOOK' ? trans.__('Notebook') : trans.__('Training');
}
