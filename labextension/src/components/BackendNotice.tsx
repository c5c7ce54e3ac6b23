/** What is said while the backend cannot be used: why, and what to do. */

import React from 'react';

import { useCore } from '../app';
import { useContextState } from '../hooks';
import { easyMakerIcon } from '../icons';
import { Button } from './Button';
import { Empty } from './Notice';

export function BackendNotice(): JSX.Element {
  const { trans, model } = useCore();
  const state = useContextState();
  if (!state || state.status === 'starting') {
    return (
      <Empty icon={easyMakerIcon} title={trans.__('EasyMaker is starting')}>
        {state?.reason || trans.__('This takes a few seconds the first time.')}
      </Empty>
    );
  }
  return (
    <Empty
      icon={easyMakerIcon}
      title={trans.__('EasyMaker cannot be reached')}
      action={<Button label={trans.__('Try again')} onClick={() => void model.refresh()} />}
    >
      {state.reason ||
        trans.__('Its backend does not answer. Restart JupyterLab to start it again.')}
    </Empty>
  );
}
