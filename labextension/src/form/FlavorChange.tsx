/** Another instance type for a stopped notebook: of the same core type. */

import React from 'react';

import { useApp } from '../app';
import { Button } from '../components/Button';
import { sentenceOf } from '../errors';
import type { INotebook } from '../notebookTypes';
import { flavorLabel } from './labels';
import { FormLoading, useOnce } from './loading';

export function FlavorChange(props: { notebook: INotebook; close(): void }): JSX.Element {
  const { model, trans } = useApp();
  const { notebook, close } = props;
  const { value, error } = useOnce(() => model.client.flavors('NOTEBOOK'));
  const [flavorId, setFlavorId] = React.useState(notebook.flavor.id);
  const [saving, setSaving] = React.useState(false);
  const [refused, setRefused] = React.useState<unknown>(null);
  if (!value) {
    return <FormLoading error={error} trans={trans} />;
  }
  const flavors = value.filter(each => each.gpuFlavor === notebook.flavor.gpuFlavor);
  const submit = (event: React.FormEvent): void => {
    event.preventDefault();
    setSaving(true);
    setRefused(null);
    model.client.notebooks.changeFlavor(notebook.notebookId, flavorId).then(close, problem => {
      setRefused(problem);
      setSaving(false);
    });
  };
  return (
    <form className="em-EditForm" onSubmit={submit}>
      <label htmlFor="em-FlavorChange">{trans.__('Instance type')}</label>
      <select
        id="em-FlavorChange"
        className="em-Input em-Select"
        value={flavorId}
        onChange={event => setFlavorId(event.target.value)}
      >
        {flavors.map(each => (
          <option key={each.id} value={each.id}>
            {flavorLabel(each, trans)}
          </option>
        ))}
      </select>
      {refused !== null && (
        <p className="em-Problem" role="alert">
          {sentenceOf(refused)}
        </p>
      )}
      <div className="em-Modal-buttons">
        <button
          type="submit"
          className="em-Button em-mod-accept"
          disabled={saving || flavorId === notebook.flavor.id}
        >
          {trans.__('Change')}
        </button>
        <Button label={trans.__('Cancel')} onClick={close} />
      </div>
    </form>
  );
}
