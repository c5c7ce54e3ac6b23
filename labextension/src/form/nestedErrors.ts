/** What is wrong inside of a field that shows its parts itself. */

import type { ErrorSchema } from '@rjsf/utils';

/** The sentences below an error's own level, those of a list's rows with the number of the row. */
export function nestedErrors(errors: ErrorSchema | undefined): string[] {
  const found = Object.entries((errors ?? {}) as Record<string, ErrorSchema>)
    .filter(([key]) => key !== '__errors')
    .flatMap(([key, inner]) => {
      const place = Number.isInteger(Number(key)) ? `${Number(key) + 1}. ` : '';
      const own = (inner as { __errors?: string[] }).__errors ?? [];
      return [...own, ...nestedErrors(inner)].map(sentence => place + sentence);
    });
  return [...new Set(found)];
}
