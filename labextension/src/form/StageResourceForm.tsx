/** The form of one more resource of a stage. */

import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import { Button } from '../components/Button';
import type { IStage, IStageResource, IStageResourceCreate } from '../endpointTypes';
import { refusedBecause } from '../errors';
import type { EasyMakerModel } from '../model';
import type { IModel } from '../types';
import { asked } from './EndpointForm';
import { FormLoading, useOnce } from './loading';
import { StageResourceRow } from './StageResourceRow';

export interface IStageResourceFormProps {
  model: EasyMakerModel;
  trans: TranslationBundle;
  stage: IStage;
  onCreated(resource: IStageResource): void;
  onCancel(): void;
}

export function StageResourceForm(props: IStageResourceFormProps): JSX.Element {
  const { client } = props.model;
  const { value: models, error } = useOnce(() =>
    client.models.list({ sort: 'modelName', limit: 1000 })
  );
  return models ? (
    <LoadedForm {...props} models={models.items} />
  ) : (
    <FormLoading error={error} trans={props.trans} />
  );
}

function LoadedForm(props: IStageResourceFormProps & { models: IModel[] }): JSX.Element {
  const { model, trans, stage } = props;
  const taken = new Set(stage.endpointModelList.map(each => each.modelId));
  const [value, setValue] = React.useState<IStageResourceCreate>({ modelId: '', podCount: 1 });
  const [error, setError] = React.useState<unknown>(null);
  const [busy, setBusy] = React.useState(false);
  const submit = (event: React.FormEvent): void => {
    event.preventDefault();
    setBusy(true);
    const [body] = asked([value]);
    model.client.stageResources
      .create({ ...body, endpointStageId: stage.endpointStageId })
      .then(props.onCreated, (refused: unknown) => {
        setError(refused);
        setBusy(false);
      });
  };
  return (
    <form className="em-Form em-mod-modal" onSubmit={submit}>
      <StageResourceRow
        value={value}
        models={props.models
          .filter(each => !taken.has(each.modelId))
          .map(each => ({ value: each.modelId, label: each.modelName }))}
        trans={trans}
        onChange={setValue}
      />
      {error !== null && (
        <p className="em-Problem" role="alert">
          {refusedBecause(error, {
            modelId: trans.__('Model'),
            apigwResourceUri: trans.__('Path'),
            podCount: trans.__('Pods'),
            description: trans.__('Description'),
            resourceOptionDetail: trans.__('Resources of a pod'),
            scaleMetricTarget: trans.__('Target')
          })}
        </p>
      )}
      <div className="em-Modal-buttons">
        <button
          type="submit"
          className="em-Button em-mod-accept"
          disabled={busy || !value.modelId}
          title={trans.__('Add resource')}
        >
          {busy ? trans.__('Saving…') : trans.__('Add resource')}
        </button>
        <Button label={trans.__('Cancel')} onClick={props.onCancel} />
      </div>
    </form>
  );
}
