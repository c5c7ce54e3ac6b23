/** The form of a new tuning, on a page of its own. */

import React from 'react';

import type { ITuningCreate } from '../tuningTypes';

export function NewTuning(_props: { initial?: Partial<ITuningCreate> }): JSX.Element {
  return <></>;
}
