/** What can be done with one row of a list, as small buttons: its own first, then to edit and to delete it. */

import { deleteIcon, editIcon } from '@jupyterlab/ui-components';
import React from 'react';

import { useApp } from '../app';
import { IconButton } from './Button';

export interface IRowButtonsProps {
  name: string;
  /** It is being deleted already. */
  going?: boolean;
  onEdit(): void;
  onDelete(): Promise<unknown>;
  children?: React.ReactNode;
}

export function RowButtons(props: IRowButtonsProps): JSX.Element {
  const { trans } = useApp();
  const { name } = props;
  return (
    <span className="em-RowActions">
      {props.children}
      <IconButton icon={editIcon} label={trans.__('Edit %1', name)} onClick={props.onEdit} />
      <IconButton
        icon={deleteIcon}
        label={trans.__('Delete %1', name)}
        disabled={props.going}
        onClick={() => void props.onDelete()}
      />
    </span>
  );
}
