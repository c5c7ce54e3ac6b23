/** The project's training templates. */

import { addIcon, copyIcon, deleteIcon, editIcon, runIcon } from '@jupyterlab/ui-components';
import React from 'react';

import { IApp, useApp } from '../app';
import { Button, IconButton, LinkButton } from '../components/Button';
import { TagList } from '../components/Fields';
import { ListPage } from '../components/ListPage';
import type { IColumn } from '../components/Table';
import { Ago } from '../components/Times';
import { deleteTemplate } from '../deletions';
import { templateIcon } from '../icons';
import { copyTemplate, startFrom } from '../templateActions';
import type { ITrainingTemplate } from '../templateTypes';
import { templateKindLabel } from '../templateWords';

export function TemplateList(): JSX.Element {
  const app = useApp();
  const { trans, model } = app;
  const newButton = (
    <Button
      kind="accept"
      icon={addIcon}
      label={trans.__('New template')}
      onClick={() => app.open({ page: 'template-form' })}
    />
  );
  return (
    <ListPage
      title={trans.__('Templates')}
      api={model.client.templates}
      columns={() => columns(app)}
      idOf={template => template.trainingTemplateId}
      onOpen={template => app.open({ page: 'template', id: template.trainingTemplateId })}
      actions={newButton}
      empty={{
        icon: templateIcon,
        title: trans.__('No templates yet'),
        text: trans.__(
          'A template keeps settings to fill the form of a training or a tuning with. Create one here, or choose “Save as template” in the form or on the page of one.'
        ),
        action: newButton
      }}
    />
  );
}

function columns(app: IApp): IColumn<ITrainingTemplate>[] {
  const { trans } = app;
  return [
    {
      key: 'name',
      title: trans.__('Name'),
      sort: 'trainingTemplateName',
      render: template => (
        <>
          <LinkButton
            label={template.trainingTemplateName}
            onClick={() => app.open({ page: 'template', id: template.trainingTemplateId })}
          />
          <div className="em-mod-second">{template.description}</div>
        </>
      )
    },
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
    },
    {
      key: 'created',
      title: trans.__('Created'),
      sort: 'createdDatetime',
      optional: 1,
      render: template => <Ago iso={template.createdDatetime} />
    },
    {
      key: 'actions',
      title: '',
      align: 'end',
      render: template => <Actions template={template} />
    }
  ];
}

function Actions({ template }: { template: ITrainingTemplate }): JSX.Element {
  const app = useApp();
  const { trans } = app;
  const name = template.trainingTemplateName;
  return (
    <span className="em-RowActions">
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
      <IconButton
        icon={editIcon}
        label={trans.__('Edit %1', name)}
        onClick={() => app.open({ page: 'template-form', id: template.trainingTemplateId })}
      />
      <IconButton
        icon={deleteIcon}
        label={trans.__('Delete %1', name)}
        onClick={() => void deleteTemplate(app, template)}
      />
    </span>
  );
}
