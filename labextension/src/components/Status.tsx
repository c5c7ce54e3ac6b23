/** A status as a dot or a chip: by colour, shape and word, never by colour alone. */

import React from 'react';

import { useCore } from '../app';
import { labelOf, Status, toneOf } from '../status';

export function StatusDot(props: { status: Status }): JSX.Element {
  const { trans } = useCore();
  const label = labelOf(props.status, trans);
  return (
    <span
      className={`em-Dot em-tone-${toneOf(props.status)}`}
      role="img"
      aria-label={label}
      title={label}
    />
  );
}

export function StatusChip(props: { status: Status; reason?: string }): JSX.Element {
  const { trans } = useCore();
  return (
    <span
      className={`em-Chip em-tone-${toneOf(props.status)}`}
      data-status={props.status}
      title={props.reason || undefined}
    >
      <span className="em-Dot" aria-hidden="true" />
      {labelOf(props.status, trans)}
    </span>
  );
}
