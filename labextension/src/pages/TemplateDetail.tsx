/** One template: what it fills the form of a training or a tuning with. */

import { addIcon, copyIcon, deleteIcon, editIcon } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { RJSFSchema } from '@rjsf/utils';
import React from 'react';

import { useApp, useHost } from '../app';
import { Button } from '../components/Button';
import { DetailFrame, DetailHeader } from '../components/DetailPage';
import { Field, Group, TagList, UriText } from '../components/Fields';
import { Empty, Loading } from '../components/Notice';
import { Ago } from '../components/Times';
import { deleteTemplate } from '../deletions';
import { useOnce } from '../form/loading';
import { IChoice, IProperty, propertiesOf } from '../form/schema';
import { choicesOf, load } from '../form/trainingFields';
import { useOne } from '../hooks';
import { templateIcon } from '../icons';
import { copyTemplate, startFrom } from '../templateActions';
import type { ITrainingTemplate } from '../templateTypes';
import { templateKindLabel } from '../templateWords';
import type { IHyperparameterRange } from '../tuningTypes';
import { rangeText } from '../tuningWords';

export function TemplateDetail(props: { id: string }): JSX.Element {
  const { model, trans } = useApp();
  const loaded = useOne(model.client.templates, props.id);
  return (
    <DetailFrame
      icon={templateIcon}
      loaded={loaded}
      nameOf={template => template.trainingTemplateName}
      gone={trans.__('This template no longer exists')}
    >
      {template => <Content template={template} />}
    </DetailFrame>
  );
}

function Content({ template }: { template: ITrainingTemplate }): JSX.Element {
  const { trans } = useApp();
  const facts: React.ReactNode[] = [
    <>
      {trans.__('Fills')} {templateKindLabel(template.kind, trans)}
    </>,
    <>
      {trans.__('Created')} <Ago iso={template.createdDatetime} />
      {template.createdBy && ` ${trans.__('by %1', template.createdBy)}`}
    </>
  ];
  if (template.tagList.length > 0) {
    facts.push(<TagList tags={template.tagList} />);
  }
  return (
    <>
      <DetailHeader
        icon={templateIcon}
        name={template.trainingTemplateName}
        description={template.description}
        facts={facts}
        actions={<Actions template={template} />}
      />
      <div className="em-TabPanel">
        <Settings template={template} />
      </div>
    </>
  );
}

function Actions({ template }: { template: ITrainingTemplate }): JSX.Element {
  const app = useApp();
  const host = useHost();
  const { trans } = app;
  const remove = async (): Promise<void> => {
    if (await deleteTemplate(app, template)) {
      host.close();
    }
  };
  return (
    <>
      <Button
        kind="accept"
        icon={addIcon}
        label={template.kind === 'TRAINING' ? trans.__('New training') : trans.__('New tuning')}
        onClick={() => startFrom(app, template)}
      />
      <Button
        icon={copyIcon}
        label={trans.__('Copy')}
        onClick={() => void copyTemplate(app, template)}
      />
      <Button
        icon={editIcon}
        label={trans.__('Edit')}
        onClick={() => app.open({ page: 'template-form', id: template.trainingTemplateId })}
      />
      <Button icon={deleteIcon} label={trans.__('Delete')} onClick={() => void remove()} />
    </>
  );
}

/** In the sections and with the titles of the form it fills. */
function Settings({ template }: { template: ITrainingTemplate }): JSX.Element {
  const { model, trans } = useApp();
  const { value: parts } = useOnce(() => load(model.client, template.kind));
  if (!parts) {
    return <Loading />;
  }
  const properties = propertiesOf(parts.schema.schema as RJSFSchema);
  const choices = choicesOf(parts, trans, false);
  const content = template.content as Record<string, unknown>;
  const groups = Object.entries(parts.schema.sections)
    .map(([section, title]) => ({
      title: trans.__(title),
      names: Object.keys(properties).filter(
        name => properties[name]['x-section'] === section && content[name] !== undefined
      )
    }))
    .filter(group => group.names.length > 0);
  if (groups.length === 0) {
    return (
      <Empty icon={templateIcon} title={trans.__('No settings')}>
        {trans.__('This template keeps nothing yet. Edit it to fill in what trainings share.')}
      </Empty>
    );
  }
  return (
    <div className="em-Groups">
      {groups.map(group => (
        <Group key={group.title} title={group.title}>
          {group.names.map(name => (
            <Field key={name} name={trans.__(properties[name].title ?? name)}>
              <Value
                property={properties[name]}
                value={content[name]}
                choices={choices[properties[name]['x-choices'] ?? name]}
              />
            </Field>
          ))}
        </Group>
      ))}
    </div>
  );
}

function Value(props: {
  property: IProperty;
  value: unknown;
  choices: IChoice[] | undefined;
}): JSX.Element {
  const { trans } = useApp();
  const { property, value } = props;
  const choice = props.choices?.find(each => each.value === value);
  if (choice) {
    return <>{choice.label}</>;
  }
  if (typeof value === 'boolean') {
    return <>{value ? trans.__('Yes') : trans.__('No')}</>;
  }
  if (property['x-widget'] === 'uri') {
    return <UriText uri={String(value)} />;
  }
  if (property['x-widget'] === 'named') {
    return <code>{(value as { name: string }).name}</code>;
  }
  if (Array.isArray(value)) {
    return (
      <ul className="em-Values">
        {value.map((each: unknown, index) => (
          <li key={index}>
            <code>{entryText(property, each, trans)}</code>
          </li>
        ))}
      </ul>
    );
  }
  return <>{String(value)}</>;
}

function entryText(property: IProperty, entry: unknown, trans: TranslationBundle): string {
  if (typeof entry === 'string') {
    return entry;
  }
  if (property['x-widget'] === 'ranges') {
    const range = entry as IHyperparameterRange;
    return `${range.hyperparameterName}: ${rangeText(range, trans)}`;
  }
  return Object.values(entry as object).join(' = ');
}
