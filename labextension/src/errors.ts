/** What went wrong with a request, so that forms can show it beside the field and pages as a sentence. */

export interface IFieldError {
  /** As the wire spells it: `datasetList.0.dataUri`. */
  field: string;
  message: string;
}

export class ApiError extends Error {
  /**
   * @param message - the sentence people read.
   * @param status - the HTTP status; 0 when there was no answer.
   * @param code - the backend's stable result code; 0 when it did not answer itself.
   * @param fields - the fields that are wrong, if it is about fields.
   */
  constructor(
    message: string,
    readonly status: number,
    readonly code: number = 0,
    readonly fields: IFieldError[] = []
  ) {
    super(message);
    this.name = 'ApiError';
  }

  get notFound(): boolean {
    return this.status === 404;
  }
}

/** The sentence to show for whatever was thrown. */
export function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** A sentence about fields, with the titles people see in place of the names the wire has for them. */
export function inWords(sentence: string, titles: Record<string, string>): string {
  return sentence.replace(/\b[a-z]+(?:[A-Z][a-z]*)+\b/g, name => titles[name] ?? name);
}

/** The sentence to show above a small form: which fields are wrong and how, or what was thrown. */
export function refusedBecause(error: unknown, titles: Record<string, string>): string {
  const fields = error instanceof ApiError ? error.fields : [];
  return fields.length > 0
    ? fields
        .map(({ field, message }) => `${titles[field] ?? field}: ${inWords(message, titles)}`)
        .join('; ')
    : sentenceOf(error);
}

/** Whether a request ended because its caller no longer wanted it. */
export function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}
