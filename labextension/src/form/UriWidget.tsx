/** A path in a storage: typed, or chosen in a dialog. */

import { folderIcon } from '@jupyterlab/ui-components';
import type { WidgetProps } from '@rjsf/utils';
import React from 'react';

import { useApp } from '../app';
import { IconButton } from '../components/Button';
import { relativeTo } from '../storage/paths';
import { browseStorage, Wanted } from '../storage/StorageBrowser';
import type { IFormContext } from './SchemaForm';

export function UriWidget(props: WidgetProps): JSX.Element {
  return (
    <div className="em-Path">
      <PathInput {...props} />
      <BrowseButton
        label={props.label}
        value={props.value ?? ''}
        wanted="directory"
        onPick={props.onChange}
      />
    </div>
  );
}

/** A file of the source directory. One chosen elsewhere makes that the source directory. */
export function EntryPointWidget(props: WidgetProps): JSX.Element {
  const app = useApp();
  const { trans } = app;
  const { data, change } = props.formContext as IFormContext;
  const directory = (data.sourceDirUri as string | undefined) ?? '';
  const pick = (uri: string): void => {
    const inside = directory ? relativeTo(directory, uri) : null;
    if (inside !== null) {
      props.onChange(inside);
    } else {
      const cut = uri.lastIndexOf('/');
      change({ sourceDirUri: uri.slice(0, cut), entryPoint: uri.slice(cut + 1) });
    }
  };
  return (
    <div className="em-Path">
      <PathInput {...props} />
      <IconButton
        icon={folderIcon}
        label={trans.__('Browse: %1', props.label)}
        onClick={() =>
          browseStorage(app, {
            title: props.label,
            start: directory,
            wanted: 'file',
            accept: /\.(py|ipynb)$/,
            onPick: pick
          })
        }
      />
    </div>
  );
}

export function BrowseButton(props: {
  label: string;
  value: string;
  wanted: Wanted;
  onPick(uri: string): void;
}): JSX.Element {
  const app = useApp();
  const { label, value, wanted, onPick } = props;
  return (
    <IconButton
      icon={folderIcon}
      label={app.trans.__('Browse: %1', label)}
      onClick={() => browseStorage(app, { title: label, start: value, wanted, onPick })}
    />
  );
}

function PathInput(props: WidgetProps): JSX.Element {
  return (
    <input
      id={props.id}
      className="em-Input"
      type="text"
      value={props.value ?? ''}
      required={props.required}
      disabled={props.disabled}
      spellCheck={false}
      placeholder={props.placeholder}
      aria-invalid={(props.rawErrors?.length ?? 0) > 0}
      onChange={event => props.onChange(event.target.value || undefined)}
    />
  );
}
