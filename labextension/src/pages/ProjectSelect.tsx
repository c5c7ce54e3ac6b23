/** One project of all, or all of them, for administrators. */

import React from 'react';

import { useCore } from '../app';
import { useLoaded } from '../hooks';
import type { IChange } from '../model';

/** @param props.value - an appkey; '' for all. */
export function ProjectSelect(props: {
  value: string;
  onChange(appKey: string): void;
}): JSX.Element {
  const { model, trans } = useCore();
  const ask = React.useCallback(
    (signal: AbortSignal) => model.client.administration.projects(signal),
    [model]
  );
  const relevant = React.useCallback((change: IChange) => change.all, []);
  const projects = useLoaded(ask, relevant);
  return (
    <select
      className="em-Input em-Select"
      aria-label={trans.__('Project')}
      value={props.value}
      onChange={event => props.onChange(event.target.value)}
    >
      <option value="">{trans.__('All projects')}</option>
      {(projects.value ?? []).map(project => (
        <option key={project.appKey} value={project.appKey}>
          {project.appKey}
        </option>
      ))}
    </select>
  );
}
