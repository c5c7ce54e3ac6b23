/** Name and description of a resource, to be changed. The backend checks them; what it refuses stands by its field. */

import React from 'react';

import { useApp } from '../app';
import { ApiError, sentenceOf } from '../errors';
import { Button } from './Button';

export interface INameAndDescription {
  name: string;
  description: string;
}

export interface IEditFormProps {
  initial: INameAndDescription;
  /** What the wire calls the name. */
  nameField: string;
  save(changed: INameAndDescription): Promise<unknown>;
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
      ? error.fields.find(problem => problem.field === field)?.message
      : undefined;
  const named = messageOf(props.nameField);
  const described = messageOf('description');

  return (
    <form className="em-EditForm" onSubmit={submit}>
      <label htmlFor={`${base}-name`}>{trans.__('Name')}</label>
      <input
        id={`${base}-name`}
        className="em-Input"
        required
        autoFocus
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
      {error !== null && !named && !described && <Problem text={sentenceOf(error)} />}
      <div className="em-Modal-buttons">
        <Button label={trans.__('Cancel')} onClick={props.close} />
        <button
          type="submit"
          className="em-Button em-mod-accept"
          disabled={saving || !value.name.trim()}
        >
          {trans.__('Save')}
        </button>
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
