/** Above a form: fill it from a template. */

import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import type { ITrainingTemplate, TemplateContent } from '../templateTypes';

export function FillFrom(props: {
  templates: ITrainingTemplate[];
  trans: TranslationBundle;
  onFill(content: TemplateContent): void;
}): JSX.Element | null {
  const { templates, trans } = props;
  const id = React.useId();
  if (templates.length === 0) {
    return null;
  }
  return (
    <div className="em-FillFrom">
      <label htmlFor={id}>{trans.__('Fill from template')}</label>
      <select
        id={id}
        className="em-Input"
        defaultValue=""
        onChange={event => {
          const chosen = templates.find(each => each.trainingTemplateId === event.target.value);
          if (chosen) {
            props.onFill(chosen.content);
          }
        }}
      >
        <option value="">{trans.__('Choose a template…')}</option>
        {templates.map(template => (
          <option key={template.trainingTemplateId} value={template.trainingTemplateId}>
            {template.trainingTemplateName}
          </option>
        ))}
      </select>
    </div>
  );
}
