/** What is said where there is nothing to show, or where something went wrong: what, and what to do next. */

import type { LabIcon } from '@jupyterlab/ui-components';
import React from 'react';

import { useCore } from '../app';
import { sentenceOf } from '../errors';
import { Button } from './Button';

export interface IEmptyProps {
  icon: LabIcon;
  title: string;
  children?: React.ReactNode;
  action?: React.ReactNode;
}

export function Empty(props: IEmptyProps): JSX.Element {
  return (
    <div className="em-Empty">
      <props.icon.react tag="div" className="em-Empty-icon" />
      <h2 className="em-Empty-title">{props.title}</h2>
      {props.children && <p className="em-Empty-text">{props.children}</p>}
      {props.action}
    </div>
  );
}

export function ErrorNotice(props: { error: unknown; onRetry?: () => void }): JSX.Element {
  const { trans } = useCore();
  return (
    <div className="em-Notice em-tone-bad" role="alert">
      <span className="em-Notice-text">{sentenceOf(props.error)}</span>
      {props.onRetry && <Button label={trans.__('Try again')} onClick={props.onRetry} />}
    </div>
  );
}

/** Why something failed, with what helps to see more. */
export function FailureNotice(props: { reason: string; children?: React.ReactNode }): JSX.Element {
  return (
    <section className="em-Failure" role="alert">
      <p className="em-Failure-reason">{props.reason}</p>
      {props.children}
    </section>
  );
}

export function Loading(): JSX.Element {
  const { trans } = useCore();
  return (
    <div className="em-Loading" role="status">
      {trans.__('Loading…')}
    </div>
  );
}
