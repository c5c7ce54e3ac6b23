/** Fetching what a form is made of, and saying so while it comes. */

import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import { sentenceOf } from '../errors';

/** The value of a promise, asked once; the form keeps it while it is open. */
export function useOnce<T>(ask: () => Promise<T>): { value: T | null; error: unknown } {
  const [state, setState] = React.useState<{ value: T | null; error: unknown }>({
    value: null,
    error: null
  });
  const first = React.useRef(ask);
  React.useEffect(() => {
    let wanted = true;
    first.current().then(
      value => wanted && setState({ value, error: null }),
      (error: unknown) => wanted && setState({ value: null, error })
    );
    return () => {
      wanted = false;
    };
  }, []);
  return state;
}

export function FormLoading(props: { error: unknown; trans: TranslationBundle }): JSX.Element {
  return (
    <div className="em-Form" aria-busy={!props.error}>
      {props.error ? (
        <p className="em-Form-error" role="alert">
          {sentenceOf(props.error)}
        </p>
      ) : (
        <p className="em-Form-loading">{props.trans.__('Loading…')}</p>
      )}
    </div>
  );
}
