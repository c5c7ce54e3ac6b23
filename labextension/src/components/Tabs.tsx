/** Tabs inside a page, moved through with the arrow keys. */

import React from 'react';

export interface ITab {
  key: string;
  title: string;
  /** Shown beside the title. */
  count?: number;
  /** Why there is nothing to see in it yet; it cannot be chosen then. */
  disabled?: string;
  render(): React.ReactNode;
}

export function Tabs(props: {
  label: string;
  tabs: ITab[];
  active: string;
  onChange(key: string): void;
}): JSX.Element {
  const base = React.useId();
  const index = Math.max(
    0,
    props.tabs.findIndex(tab => tab.key === props.active && !tab.disabled)
  );
  const current = props.tabs[index];
  const move = (event: React.KeyboardEvent): void => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step) {
      const open = props.tabs.filter(tab => !tab.disabled);
      const next = open[(open.indexOf(current) + step + open.length) % open.length];
      event.preventDefault();
      props.onChange(next.key);
      document.getElementById(`${base}-${next.key}`)?.focus();
    }
  };
  return (
    <>
      <div className="em-Tabs" role="tablist" aria-label={props.label} onKeyDown={move}>
        {props.tabs.map(tab => (
          <button
            key={tab.key}
            id={`${base}-${tab.key}`}
            type="button"
            role="tab"
            className="em-Tab"
            data-tab={tab.key}
            aria-selected={tab === current}
            aria-controls={`${base}-panel`}
            tabIndex={tab === current ? 0 : -1}
            disabled={tab.disabled !== undefined}
            title={tab.disabled}
            onClick={() => props.onChange(tab.key)}
          >
            {tab.title}
            {tab.count !== undefined && <span className="em-Tab-count">{tab.count}</span>}
          </button>
        ))}
      </div>
      <div
        key={current.key} // another tab begins at its top
        id={`${base}-panel`}
        className={`em-TabPanel em-TabPanel-${current.key}`}
        role="tabpanel"
        aria-labelledby={`${base}-${current.key}`}
      >
        {current.render()}
      </div>
    </>
  );
}
