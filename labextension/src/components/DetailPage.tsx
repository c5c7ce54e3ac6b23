/** The frame of every page about one resource: its name, state and actions, or why it cannot be shown. */

import type { LabIcon } from '@jupyterlab/ui-components';
import React from 'react';

import { useApp, useHost } from '../app';
import { ApiError } from '../errors';
import type { ILoaded } from '../hooks';
import { Button } from './Button';
import { Empty, ErrorNotice, Loading } from './Notice';

export interface IDetailFrameProps<T> {
  icon: LabIcon;
  loaded: ILoaded<T>;
  nameOf(item: T): string;
  /** What is said when there is none any more. */
  gone: string;
  children(item: T): React.ReactNode;
}

export function DetailFrame<T>(props: IDetailFrameProps<T>): JSX.Element {
  const { trans } = useApp();
  const host = useHost();
  const { loaded } = props;
  const title = loaded.value ? props.nameOf(loaded.value) : null;
  const { setTitle } = host;
  React.useEffect(() => {
    if (title !== null) {
      setTitle(title);
    }
  }, [title, setTitle]);

  if (loaded.error instanceof ApiError && loaded.error.notFound) {
    return (
      <Empty
        icon={props.icon}
        title={props.gone}
        action={<Button label={trans.__('Close')} onClick={host.close} />}
      >
        {trans.__('It was deleted, or it belongs to another project.')}
      </Empty>
    );
  }
  if (!loaded.value) {
    return loaded.error !== null ? (
      <ErrorNotice error={loaded.error} onRetry={loaded.reload} />
    ) : (
      <Loading />
    );
  }
  return (
    <div className="em-Detail">
      {loaded.error !== null && <ErrorNotice error={loaded.error} onRetry={loaded.reload} />}
      {props.children(loaded.value)}
    </div>
  );
}

export interface IDetailHeaderProps {
  icon: LabIcon;
  name: string;
  description: string;
  status?: React.ReactNode;
  /** Facts in one line below the name. */
  facts: React.ReactNode[];
  actions: React.ReactNode;
}

export function DetailHeader(props: IDetailHeaderProps): JSX.Element {
  return (
    <header className="em-Detail-header">
      <div className="em-Detail-top">
        <h1 className="em-Detail-name" title={props.name}>
          <props.icon.react tag="span" className="em-Detail-icon" />
          <span className="em-Detail-nameText">{props.name}</span>
          {props.status}
        </h1>
        <div className="em-Detail-actions">{props.actions}</div>
      </div>
      <div className="em-Detail-facts">
        {props.facts.map((fact, index) => (
          <span key={index} className="em-Detail-fact">
            {fact}
          </span>
        ))}
      </div>
      {props.description && <p className="em-Detail-description">{props.description}</p>}
    </header>
  );
}
