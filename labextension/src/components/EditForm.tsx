/** Name, description and tags of a resource, to be changed. The backend checks them; what it refuses stands by its field. */

import React from 'react';

import { useApp } from '../app';
import { ApiError, sentenceOf } from '../errors';
import type { ITag } from '../types';
import { Button } from './Button';
import { Row, Rows } from './Rows';

export interface IEdited {
  name: string;
  description: string;
  tagList: ITag[];
}

const MOST_TAGS = 10;

export interface IEditFormProps {
  initial: IEdited;
  /** What the wire calls the name. */
  nameField: string;
  /** It is part of an address and stays. */
  fixedName?: boolean;
  save(changed: IEdited): Promise<unknown>;
  close(): void;
}

export function EditForm(props: IEditFormProps): JSX.Element {
  const { trans } = useApp();
  const [value, setValue] = React.useState(props.initial);
  const [error, setError] = React.useState<unknown>(null);
  const [saving, setSaving] = React.useState(false);
  const base = React.useId();

  const submit = (event: React.FormEvent): void => {
    event.preventDefault();
    setSaving(true);
    props.save(value).then(props.close, (refused: unknown) => {
      setError(refused);
      setSaving(false);
    });
  };
  const messageOf = (field: string): string | undefined =>
    error instanceof ApiError
      ? error.fields.find(problem => problem.field.split('.')[0] === field)?.message
      : undefined;
  const tagged = messageOf('tagList');
  const named = messageOf(props.nameField);
  const described = messageOf('description');

  return (
    <form className="em-EditForm" onSubmit={submit}>
      <label htmlFor={`${base}-name`}>{trans.__('Name')}</label>
      <input
        id={`${base}-name`}
        className="em-Input"
        required
        autoFocus={!props.fixedName}
        disabled={props.fixedName}
        value={value.name}
        aria-invalid={!!named}
        onChange={event => setValue({ ...value, name: event.target.value })}
      />
      <Problem text={named} />
      <label htmlFor={`${base}-description`}>{trans.__('Description')}</label>
      <textarea
        id={`${base}-description`}
        className="em-Input"
        rows={4}
        value={value.description}
        aria-invalid={!!described}
        onChange={event => setValue({ ...value, description: event.target.value })}
      />
      <Problem text={described} />
      <span className="em-EditForm-label">{trans.__('Tags')}</span>
      <Rows
        title={trans.__('Tags')}
        columns={[
          { name: 'tagKey', title: trans.__('Key') },
          { name: 'tagValue', title: trans.__('Value') }
        ]}
        rows={value.tagList as unknown as Row[]}
        most={MOST_TAGS}
        invalid={!!tagged}
        trans={trans}
        onChange={rows => setValue({ ...value, tagList: rows as unknown as ITag[] })}
      />
      <Problem text={tagged} />
      {error !== null && !named && !described && !tagged && <Problem text={sentenceOf(error)} />}
      <div className="em-Modal-buttons">
        <button
          type="submit"
          className="em-Button em-mod-accept"
          disabled={saving || !value.name.trim()}
        >
          {trans.__('Save')}
        </button>
        <Button label={trans.__('Cancel')} onClick={props.close} />
      </div>
    </form>
  );
}

function Problem(props: { text?: string }): JSX.Element | null {
  return props.text ? (
    <p className="em-Problem" role="alert">
      {props.text}
    </p>
  ) : null;
}
