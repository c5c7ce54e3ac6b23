/** What a list of trainings or tunings is narrowed to by status. */

import type { TranslationBundle } from '@jupyterlab/translation';

import type { IListFilter } from '../components/ListPage';
import { STATUS_GROUPS } from '../status';

/**
 * @param field - what the backend calls the list of statuses it is asked for.
 */
export function statusFilter(trans: TranslationBundle, field: string): IListFilter {
  const titles = {
    active: trans.__('In progress'),
    complete: trans.__('Complete'),
    failed: trans.__('Failed'),
    stopped: trans.__('Stopped')
  };
  return {
    label: trans.__('Status'),
    options: [
      { key: 'all', title: trans.__('All statuses'), query: {} },
      ...Object.entries(titles).map(([key, title]) => ({
        key,
        title,
        query: { [field]: STATUS_GROUPS[key] }
      }))
    ]
  };
}
