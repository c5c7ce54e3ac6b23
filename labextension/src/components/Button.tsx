/** Buttons: with words, or an icon whose words are its label. */

import type { LabIcon } from '@jupyterlab/ui-components';
import React from 'react';

export interface IButtonProps {
  label: string;
  icon?: LabIcon;
  kind?: 'accept' | 'plain' | 'warn';
  disabled?: boolean;
  /** Said on hovering; the reason when it is disabled. */
  caption?: string;
  onClick(): void;
}

export function Button(props: IButtonProps): JSX.Element {
  return (
    <button
      type="button"
      className={`em-Button em-mod-${props.kind ?? 'plain'}`}
      disabled={props.disabled}
      title={props.caption}
      onClick={props.onClick}
    >
      {props.icon && <props.icon.react tag="span" className="em-Button-icon" />}
      {props.label}
    </button>
  );
}

export interface IIconButtonProps {
  label: string;
  icon: LabIcon;
  disabled?: boolean;
  onClick(): void;
}

export function IconButton(props: IIconButtonProps): JSX.Element {
  return (
    <button
      type="button"
      className="em-IconButton"
      disabled={props.disabled}
      title={props.label}
      aria-label={props.label}
      onClick={event => {
        event.stopPropagation(); // the row it stands in opens on a click
        props.onClick();
      }}
    >
      <props.icon.react tag="span" className="em-IconButton-icon" />
    </button>
  );
}

/** Text that goes somewhere. */
export function LinkButton(props: { label: string; onClick(): void }): JSX.Element {
  return (
    <button
      type="button"
      className="em-Link"
      title={props.label}
      onClick={event => {
        event.stopPropagation();
        props.onClick();
      }}
    >
      {props.label}
    </button>
  );
}
