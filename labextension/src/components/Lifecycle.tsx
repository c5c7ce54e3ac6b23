/** What can be done with a job of a given status: as small buttons of a row, or as the buttons of its page. */

import { copyIcon, deleteIcon, editIcon, stopIcon } from '@jupyterlab/ui-components';
import React from 'react';

import { useApp, useHost } from '../app';
import { modelIcon, tensorboardIcon } from '../icons';
import { hasEnded, isStoppable, JobStatus } from '../status';
import { Button, IconButton } from './Button';

interface ILifecycle {
  status: JobStatus;
  /** Absent: there is nothing to make a model of. */
  onModel?: () => void;
  onCopy(): void;
  onStop(): void;
  onDelete(): Promise<boolean>;
}

export function RowLifecycle(props: ILifecycle & { name: string }): JSX.Element {
  const { trans } = useApp();
  const { status, name } = props;
  return (
    <span className="em-RowActions">
      {props.onModel && (
        <IconButton
          icon={modelIcon}
          label={trans.__('Create a model from %1', name)}
          onClick={props.onModel}
        />
      )}
      <IconButton icon={copyIcon} label={trans.__('Copy %1', name)} onClick={props.onCopy} />
      {hasEnded(status) ? (
        <IconButton
          icon={deleteIcon}
          label={trans.__('Delete %1', name)}
          onClick={() => void props.onDelete()}
        />
      ) : (
        <IconButton
          icon={stopIcon}
          label={trans.__('Stop %1', name)}
          disabled={!isStoppable(status)}
          onClick={props.onStop}
        />
      )}
    </span>
  );
}

export interface IPageLifecycleProps extends ILifecycle {
  copyCaption: string;
  onEdit(): void;
  /** Absent: it leaves nothing for TensorBoard. */
  onTensorboard?: () => void;
  /** It is stopped, edited and deleted with what it belongs to. */
  belongs?: boolean;
  /** Other buttons, after the copy. */
  children?: React.ReactNode;
}

export function PageLifecycle(props: IPageLifecycleProps): JSX.Element {
  const { trans } = useApp();
  const host = useHost();
  const { status } = props;
  const own = !props.belongs;
  const remove = async (): Promise<void> => {
    if (await props.onDelete()) {
      host.close();
    }
  };
  return (
    <>
      {props.onModel && (
        <Button
          kind="accept"
          icon={modelIcon}
          label={trans.__('Create model')}
          onClick={props.onModel}
        />
      )}
      {own && !hasEnded(status) && (
        <Button
          icon={stopIcon}
          label={trans.__('Stop')}
          disabled={!isStoppable(status)}
          onClick={props.onStop}
        />
      )}
      {props.onTensorboard && (
        <Button icon={tensorboardIcon} label="TensorBoard" onClick={props.onTensorboard} />
      )}
      <Button
        icon={copyIcon}
        label={trans.__('Copy')}
        caption={props.copyCaption}
        onClick={props.onCopy}
      />
      {props.children}
      {own && (
        <Button
          icon={editIcon}
          label={trans.__('Edit')}
          caption={trans.__('Change name, description and tags')}
          onClick={props.onEdit}
        />
      )}
      {own && hasEnded(status) && (
        <Button icon={deleteIcon} label={trans.__('Delete')} onClick={() => void remove()} />
      )}
    </>
  );
}
