/** Settings of a resource, as names and values in groups. */

import { Clipboard } from '@jupyterlab/apputils';
import { copyIcon, folderIcon } from '@jupyterlab/ui-components';
import React from 'react';

import { useApp } from '../app';
import { browseStorage } from '../storage/StorageBrowser';
import type { ITag } from '../types';
import { IconButton } from './Button';

export function Group(props: { title: string; children: React.ReactNode }): JSX.Element {
  return (
    <section className="em-Group">
      <h3 className="em-Group-title">{props.title}</h3>
      <dl className="em-Fields">{props.children}</dl>
    </section>
  );
}

/** One setting; nothing at all when there is nothing to say. */
export function Field(props: { name: string; children?: React.ReactNode }): JSX.Element | null {
  const { children } = props;
  if (children === undefined || children === null || children === '' || children === false) {
    return null;
  }
  return (
    <div className="em-Field">
      <dt>{props.name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** A path or an id: in full, and copied with one click. */
export function CopyText(props: { text: string }): JSX.Element {
  const { trans } = useApp();
  const [copied, setCopied] = React.useState(false);
  return (
    <span className="em-CopyText">
      <code>{props.text}</code>
      <IconButton
        icon={copyIcon}
        label={copied ? trans.__('Copied') : trans.__('Copy %1', props.text)}
        onClick={() => {
          Clipboard.copyToSystem(props.text);
          setCopied(true);
        }}
      />
    </span>
  );
}

/** A path in a storage, with the way to what lies there. */
export function UriText(props: { uri: string }): JSX.Element {
  const app = useApp();
  const { trans } = app;
  return (
    <span className="em-CopyText">
      <CopyText text={props.uri} />
      <IconButton
        icon={folderIcon}
        label={trans.__('Browse: %1', props.uri)}
        onClick={() => browseStorage(app, { title: trans.__('Storage'), start: props.uri })}
      />
    </span>
  );
}

export function TagList(props: { tags: ITag[] }): JSX.Element | null {
  if (props.tags.length === 0) {
    return null;
  }
  return (
    <ul className="em-Tags">
      {props.tags.map(tag => (
        <li key={tag.tagKey} className="em-Tag">
          {tag.tagValue ? `${tag.tagKey}: ${tag.tagValue}` : tag.tagKey}
        </li>
      ))}
    </ul>
  );
}
