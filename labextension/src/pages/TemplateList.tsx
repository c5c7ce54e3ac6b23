/** The project's training templates. */

import { copyIcon, runIcon } from '@jupyterlab/ui-components';
import React from 'react';

import { IApp, useApp } from '../app';
import { IconButton } from '../components/Button';
import { TagList } from '../components/Fields';
import { ListPage } from '../components/ListPage';
import { RowButtons } from '../components/RowButtons';
import type { IColumn } from '../components/Table';
import { deleteTemplate } from '../deletions';
import { templateIcon } from '../icons';
import { copyTemplate, startFrom } from '../templateActions';
import type { ITrainingTemplate } from '../templateTypes';
import { templateKindLabel } from '../templateWords';

export function TemplateList(): JSX.Element {
  const app = useApp();
  const { trans, model } = app;
  return (
    <ListPage
      title={trans.__('Templates')}
      api={model.client.templates}
      columns={() => columns(app)}
      idOf={template => template.trainingTemplateId}
      page="template"
      nameOf={template => template.trainingTemplateName}
      nameField="trainingTemplateName"
      second={template => template.description}
      create={{
        label: trans.__('New template'),
        onClick: () => app.open({ page: 'template-form' })
      }}
      createdOptional={1}
      rowActions={template => <Actions template={template} />}
      empty={{
        icon: templateIcon,
        title: trans.__('No templates yet'),
        text: trans.__(
          'A template keeps settings to fill the form of a training or a tuning with. Create one here, or choose “Save as template” in the form or on the page of one.'
        )
      }}
    />
  );
}

function columns(app: IApp): IColumn<ITrainingTemplate>[] {
  const { trans } = app;
  return [
    {
      key: 'kind',
      title: trans.__('Fills'),
      optional: 1,
      render: template => templateKindLabel(template.kind, trans)
    },
    {
      key: 'tags',
      title: trans.__('Tags'),
      optional: 2,
      render: template => <TagList tags={template.tagList} />
    }
  ];
}

function Actions({ template }: { template: ITrainingTemplate }): JSX.Element {
  const app = useApp();
  const { trans } = app;
  const name = template.trainingTemplateName;
  return (
    <RowButtons
      name={name}
      onEdit={() => app.open({ page: 'template-form', id: template.trainingTemplateId })}
      onDelete={() => deleteTemplate(app, template)}
    >
      <IconButton
        icon={runIcon}
        label={
          template.kind === 'TRAINING'
            ? trans.__('New training from %1', name)
            : trans.__('New tuning from %1', name)
        }
        onClick={() => startFrom(app, template)}
      />
      <IconButton
        icon={copyIcon}
        label={trans.__('Copy %1', name)}
        onClick={() => void copyTemplate(app, template)}
      />
    </RowButtons>
  );
}
