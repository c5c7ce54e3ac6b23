/** All projects, for administrators. */

import React from 'react';

import type { IProject } from '../administrationTypes';
import { useApp } from '../app';
import { ILoaded, useLoaded } from '../hooks';
import type { IChange } from '../model';

export function useProjects(): ILoaded<IProject[]> {
  const { model } = useApp();
  const ask = React.useCallback(
    (signal: AbortSignal) => model.client.administration.projects(signal),
    [model]
  );
  const relevant = React.useCallback((change: IChange) => change.all, []);
  return useLoaded(ask, relevant);
}
