/** The form of a template, new or to be changed. */

import React from 'react';

import { useApp, useHost } from '../app';
import { ErrorNotice, Loading } from '../components/Notice';
import { TemplateForm } from '../form';
import { useLoaded } from '../hooks';
import type { ITrainingTemplate } from '../templateTypes';

/** What is being edited is not replaced by what others change meanwhile. */
const never = (): boolean => false;

export function EditTemplate(props: { id?: string }): JSX.Element {
  const { model, trans } = useApp();
  const { setTitle } = useHost();
  const { id } = props;
  const ask = React.useCallback(
    async () => (id ? { template: await model.client.templates.get(id) } : { template: undefined }),
    [model, id]
  );
  const loaded = useLoaded<{ template?: ITrainingTemplate }>(ask, never);
  const name = loaded.value?.template?.trainingTemplateName;
  React.useEffect(() => {
    if (name) {
      setTitle(trans.__('Edit %1', name));
    }
  }, [name, setTitle, trans]);
  if (!loaded.value) {
    return loaded.error === null ? (
      <Loading />
    ) : (
      <ErrorNotice error={loaded.error} onRetry={loaded.reload} />
    );
  }
  return <Form template={loaded.value.template} />;
}

function Form({ template }: { template?: ITrainingTemplate }): JSX.Element {
  const app = useApp();
  const host = useHost();
  return (
    <TemplateForm
      model={app.model}
      trans={app.trans}
      template={template}
      onCancel={host.close}
      onSaved={saved => {
        host.close();
        app.open({ page: 'template', id: saved.trainingTemplateId });
      }}
    />
  );
}
