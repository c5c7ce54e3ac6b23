/** Which part of a list is shown, and the way to the others. */

import { caretLeftIcon, caretRightIcon } from '@jupyterlab/ui-components';
import React from 'react';

import { useCore } from '../app';
import { integer } from '../format';
import { IconButton } from './Button';

export interface IPagerProps {
  /** From 1. */
  page: number;
  limit: number;
  total: number;
  onPage(page: number): void;
}

export function Pager(props: IPagerProps): JSX.Element | null {
  const { trans, locale } = useCore();
  const pages = Math.max(1, Math.ceil(props.total / props.limit));
  if (props.total === 0) {
    return null;
  }
  const from = (props.page - 1) * props.limit + 1;
  const to = Math.min(props.total, props.page * props.limit);
  return (
    <nav className="em-Pager" aria-label={trans.__('Pages')}>
      <span className="em-Pager-range">
        {trans.__(
          '%1–%2 of %3',
          integer(from, locale),
          integer(to, locale),
          integer(props.total, locale)
        )}
      </span>
      {pages > 1 && (
        <>
          <IconButton
            icon={caretLeftIcon}
            label={trans.__('Previous page')}
            disabled={props.page <= 1}
            onClick={() => props.onPage(props.page - 1)}
          />
          <IconButton
            icon={caretRightIcon}
            label={trans.__('Next page')}
            disabled={props.page >= pages}
            onClick={() => props.onPage(props.page + 1)}
          />
        </>
      )}
    </nav>
  );
}
