/** JSON to read and to copy. */

import { Clipboard } from '@jupyterlab/apputils';
import { copyIcon } from '@jupyterlab/ui-components';
import React from 'react';

import { useApp } from '../app';
import { jsonText } from '../json';
import { IconButton } from './Button';

export function JsonText(props: { value: unknown; label: string }): JSX.Element {
  const text = typeof props.value === 'string' ? props.value : jsonText(props.value);
  return <CodeText text={text} label={props.label} />;
}

/** Code or output, copied with one click. */
export function CodeText(props: { text: string; label: string }): JSX.Element {
  const { trans } = useApp();
  const [copied, setCopied] = React.useState('');
  return (
    <div className="em-Code">
      <pre aria-label={props.label} tabIndex={0}>
        {props.text}
      </pre>
      <IconButton
        icon={copyIcon}
        label={
          copied === props.text
            ? trans.__('Copied')
            : trans.__('Copy %1', props.label.toLowerCase())
        }
        onClick={() => {
          Clipboard.copyToSystem(props.text);
          setCopied(props.text);
        }}
      />
    </div>
  );
}
