/** The backend's refusals, put where RJSF shows errors: beside their fields. */

import type { ErrorSchema } from '@rjsf/utils';

import { ApiError, inWords, sentenceOf } from '../errors';

export interface IRefusal {
  /** Errors of fields that are on the form. */
  byField: ErrorSchema;
  /** What is said above the form: everything that has no field there. */
  sentence: string;
}

/**
 * Sort a refusal by the fields that are shown.
 *
 * @param titles - of the form's fields, by their names.
 */
export function refusalOf(
  error: unknown,
  shown: (name: string) => boolean,
  titles: Record<string, string>
): IRefusal {
  const byField: Record<string, { __errors: string[] }> = {};
  const others: string[] = [];
  const fields = error instanceof ApiError ? error.fields : [];
  for (const { field, message } of fields) {
    const [top, ...rest] = field.split('.');
    if (top && shown(top)) {
      const place = rest.length > 0 ? positionOf(rest) : '';
      (byField[top] ??= { __errors: [] }).__errors.push(place + inWords(message, titles));
    } else {
      others.push(inWords(`${field} ${message}`.trim(), titles));
    }
  }
  const sentence = fields.length > 0 ? others.join('; ') : sentenceOf(error);
  return { byField: byField as ErrorSchema, sentence };
}

/** Where in a list something is wrong, for people: `0.dataUri` is the first row. */
function positionOf(rest: string[]): string {
  const index = Number(rest[0]);
  return Number.isInteger(index) ? `${index + 1}. ` : '';
}
