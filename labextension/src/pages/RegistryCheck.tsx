/** What a registry said when it was asked about an image or an account. */

import React from 'react';

import { useApp } from '../app';
import { sentenceOf } from '../errors';
import type { IRegistryCheck } from '../privateImageTypes';

export interface ICheck {
  checking: boolean;
  answer: IRegistryCheck | null;
  error: unknown;
  check(ask: () => Promise<IRegistryCheck>): void;
}

export function useCheck(): ICheck {
  const [state, setState] = React.useState<Omit<ICheck, 'check'>>({
    checking: false,
    answer: null,
    error: null
  });
  const check = (ask: () => Promise<IRegistryCheck>): void => {
    setState({ checking: true, answer: null, error: null });
    ask().then(
      answer => setState({ checking: false, answer, error: null }),
      (error: unknown) => setState({ checking: false, answer: null, error })
    );
  };
  return { ...state, check };
}

/** @param good - said when the registry takes it. */
export function RegistryCheck(props: { of: ICheck; good: string }): JSX.Element | null {
  const { trans } = useApp();
  const { checking, answer, error } = props.of;
  if (checking) {
    return (
      <p className="em-Check em-tone-busy" role="status">
        {trans.__('Asking the registry…')}
      </p>
    );
  }
  if (error !== null) {
    return (
      <p className="em-Check em-tone-bad" role="alert">
        {sentenceOf(error)}
      </p>
    );
  }
  if (!answer) {
    return null;
  }
  return answer.valid ? (
    <p className="em-Check em-tone-good" role="status">
      {props.good}
      {answer.digest && (
        <>
          {' '}
          <code>{answer.digest}</code>
        </>
      )}
    </p>
  ) : (
    <p className="em-Check em-tone-bad" role="alert">
      {answer.reason}
    </p>
  );
}
