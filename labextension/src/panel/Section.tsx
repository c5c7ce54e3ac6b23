/** One kind of resource in the tree: opened to see what was made last, clicked to see them all. */

import { addIcon, caretDownIcon, caretRightIcon, LabIcon } from '@jupyterlab/ui-components';
import React from 'react';

import { useApp } from '../app';
import { IconButton } from '../components/Button';
import { integer } from '../format';

export interface ISectionProps {
  name: string;
  icon: LabIcon;
  title: string;
  /** How many there are; undefined before that is known. */
  total?: number;
  /** How many of them run now. */
  running?: number;
  createLabel: string;
  onCreate(): void;
  onOpen(): void;
  children: React.ReactNode;
  /** Where the Tab key enters the tree. */
  first?: boolean;
}

export function Section(props: ISectionProps): JSX.Element {
  const { trans, locale } = useApp();
  const [open, setOpen] = React.useState(true);
  const Caret = open ? caretDownIcon : caretRightIcon;
  const expandable = (props.total ?? 0) > 0;
  return (
    <>
      <div
        className="em-Tree-section"
        role="treeitem"
        aria-level={1}
        aria-expanded={expandable ? open : undefined}
        tabIndex={props.first ? 0 : -1}
        data-section={props.name}
        onClick={props.onOpen}
      >
        <span
          className="em-Tree-caret"
          aria-hidden="true"
          onClick={event => {
            event.stopPropagation();
            setOpen(!open);
          }}
        >
          {expandable && <Caret.react tag="span" />}
        </span>
        <props.icon.react tag="span" className="em-Tree-icon" />
        <span className="em-Tree-title">{props.title}</span>
        {!!props.running && (
          <span className="em-Tree-running">
            {trans.__('%1 running', integer(props.running, locale))}
          </span>
        )}
        {props.total !== undefined && (
          <span className="em-Tree-count">{integer(props.total, locale)}</span>
        )}
        <IconButton icon={addIcon} label={props.createLabel} onClick={props.onCreate} />
      </div>
      {expandable && open && (
        <div role="group" className="em-Tree-group">
          {props.children}
        </div>
      )}
    </>
  );
}
