/** One model: where it lies and where it came from. */

import { deleteIcon, editIcon } from '@jupyterlab/ui-components';
import React from 'react';

import { editModel } from '../actions';
import { useApp, useHost } from '../app';
import { Button, LinkButton } from '../components/Button';
import { DetailFrame, DetailHeader } from '../components/DetailPage';
import { CopyText, Field, Group, TagList, UriText } from '../components/Fields';
import { Ago } from '../components/Times';
import { deleteModel } from '../deletions';
import { serveModel } from '../endpointActions';
import { useOne } from '../hooks';
import { batchInferenceIcon, endpointIcon, modelIcon } from '../icons';
import type { IModel } from '../types';
import { frameworkOf } from './framework';

export function ModelDetail(props: { id: string }): JSX.Element {
  const { model, trans } = useApp();
  const loaded = useOne(model.client.models, props.id);
  return (
    <DetailFrame
      icon={modelIcon}
      loaded={loaded}
      nameOf={one => one.modelName}
      gone={trans.__('This model no longer exists')}
    >
      {one => <Content model={one} />}
    </DetailFrame>
  );
}

function Content({ model }: { model: IModel }): JSX.Element {
  const app = useApp();
  const host = useHost();
  const { trans } = app;
  const { training, hyperparameterTuning: tuning } = model;
  const remove = async (): Promise<void> => {
    if (await deleteModel(app, model)) {
      host.close();
    }
  };
  return (
    <>
      <DetailHeader
        icon={modelIcon}
        name={model.modelName}
        description={model.description}
        facts={[
          frameworkOf(model),
          <>
            {trans.__('Created')} <Ago iso={model.createdDatetime} />
            {model.createdBy && ` ${trans.__('by %1', model.createdBy)}`}
          </>
        ]}
        actions={
          <>
            <Button
              kind="accept"
              icon={endpointIcon}
              label={trans.__('Create endpoint')}
              caption={trans.__('Serve this model at an address')}
              onClick={() => serveModel(app, model)}
            />
            <Button
              icon={batchInferenceIcon}
              label={trans.__('Batch inference')}
              caption={trans.__('Have this model score the files in a directory')}
              onClick={() =>
                app.open({
                  page: 'new-batch-inference',
                  initialBatchInference: { modelId: model.modelId }
                })
              }
            />
            <Button
              icon={editIcon}
              label={trans.__('Edit')}
              onClick={() => editModel(app, model)}
            />
            <Button icon={deleteIcon} label={trans.__('Delete')} onClick={() => void remove()} />
          </>
        }
      />
      <div className="em-TabPanel">
        <div className="em-Groups">
          <Group title={trans.__('Model artifact')}>
            <Field name={trans.__('Artifact path')}>
              <UriText uri={model.modelUploadUri} />
            </Field>
            <Field name={trans.__('Framework')}>{frameworkOf(model)}</Field>
            <Field name={trans.__('Source training')}>
              {training && (
                <LinkButton
                  label={training.trainingName}
                  onClick={() => app.open({ page: 'training', id: training.trainingId })}
                />
              )}
            </Field>
            <Field name={trans.__('Source training ID')}>
              {training && <CopyText text={training.trainingId} />}
            </Field>
            <Field name={trans.__('Source tuning')}>
              {tuning && (
                <LinkButton
                  label={tuning.hyperparameterTuningName}
                  onClick={() => app.open({ page: 'tuning', id: tuning.hyperparameterTuningId })}
                />
              )}
            </Field>
            <Field name={trans.__('Source tuning ID')}>
              {tuning && <CopyText text={tuning.hyperparameterTuningId} />}
            </Field>
            <Field name={trans.__('Source trial')}>
              {tuning && (
                <LinkButton
                  label={tuning.trialId}
                  onClick={() => app.open({ page: 'training', id: tuning.trialId })}
                />
              )}
            </Field>
          </Group>
          <Group title={trans.__('About')}>
            <Field name={trans.__('Tags')}>
              {model.tagList.length > 0 && <TagList tags={model.tagList} />}
            </Field>
            <Field name={trans.__('ID')}>
              <CopyText text={model.modelId} />
            </Field>
          </Group>
        </div>
      </div>
    </>
  );
}
