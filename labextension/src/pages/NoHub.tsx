/** Said where notebooks would be, of a backend without a hub. */

import React from 'react';

import { useApp } from '../app';
import { Empty } from '../components/Notice';
import { notebookIcon } from '../icons';

export function NoHub(): JSX.Element {
  const { trans } = useApp();
  return (
    <Empty icon={notebookIcon} title={trans.__('Notebooks need a JupyterHub')}>
      {trans.__(
        'This backend is the service of none. The README tells how to set one up, in A hub for a team: everybody who signs in to it has notebooks then.'
      )}
    </Empty>
  );
}
