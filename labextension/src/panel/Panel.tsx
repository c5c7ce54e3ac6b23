/** The side panel: the project, its backend's state, and the tree of everything in it. */

import { addIcon, refreshIcon } from '@jupyterlab/ui-components';
import React from 'react';

import { useApp } from '../app';
import { BackendNotice } from '../components/BackendNotice';
import { Button, IconButton } from '../components/Button';
import { useConfiguration, useContextState, useCounts } from '../hooks';
import { administrationIcon, dashboardIcon, logSearchIcon } from '../icons';
import type { IContext } from '../types';
import { Search } from './Search';
import { Tree } from './Tree';

export function SidePanel(): JSX.Element {
  const app = useApp();
  const { model, trans } = app;
  const state = useContextState();
  const isAdmin = useConfiguration()?.user.isAdmin === true;
  return (
    <div className="em-Panel">
      <header className="em-Panel-header">
        <State state={state} />
        <IconButton
          icon={dashboardIcon}
          label={trans.__('Dashboard')}
          onClick={() => app.open({ page: 'dashboard' })}
        />
        <IconButton
          icon={logSearchIcon}
          label={trans.__('Log search')}
          onClick={() => app.open({ page: 'logs' })}
        />
        {isAdmin && (
          <IconButton
            icon={administrationIcon}
            label={trans.__('Administration')}
            onClick={() => app.open({ page: 'administration' })}
          />
        )}
        <IconButton
          icon={refreshIcon}
          label={trans.__('Refresh')}
          onClick={() => void model.refresh()}
        />
      </header>
      {state?.status === 'ready' ? <Content /> : <BackendNotice />}
    </div>
  );
}

/** Which project, and how its backend is. */
function State({ state }: { state: IContext | null }): JSX.Element {
  const { trans } = useApp();
  const status = state?.status ?? 'starting';
  const words = {
    ready: trans.__('Ready'),
    starting: trans.__('Starting…'),
    failed: trans.__('Not reachable'),
    missing: trans.__('Not enabled')
  }[status];
  const tone = { ready: 'good', starting: 'busy', failed: 'bad', missing: 'bad' }[status];
  const about = [
    state?.region && trans.__('Region: %1', state.region),
    state?.version && trans.__('Version: %1', state.version),
    state?.reason
  ].filter(Boolean);
  return (
    <div className="em-Panel-state" title={about.join('\n')} data-status={status}>
      <span className="em-Panel-name">EasyMaker</span>
      <span className={`em-Panel-backend em-tone-${tone}`} role="status">
        <span className={`em-Dot em-tone-${tone}`} aria-hidden="true" />
        {words}
        {state?.appKey && (
          <span className="em-Panel-project">{trans.__('Project %1', state.appKey)}</span>
        )}
      </span>
    </div>
  );
}

function Content(): JSX.Element {
  const app = useApp();
  const { trans } = app;
  const counts = useCounts();
  const empty = counts !== null && counts.training?.total === 0 && counts.experiment?.total === 0;
  return (
    <>
      <div className="em-Panel-new">
        <Button
          kind="accept"
          icon={addIcon}
          label={trans.__('New training')}
          onClick={() => app.open({ page: 'new-training' })}
        />
      </div>
      {empty && (
        <p className="em-Panel-hint">
          {trans.__(
            'Nothing here yet. Start a training with the button above, or right-click a script or notebook in the file browser and choose “Run as training”.'
          )}
        </p>
      )}
      <Search>
        <Tree />
      </Search>
    </>
  );
}
