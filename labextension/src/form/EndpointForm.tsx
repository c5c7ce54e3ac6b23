/** The form of an endpoint with its first stage, or of one more stage of an endpoint there is. */

import type { TranslationBundle } from '@jupyterlab/translation';
import type { RJSFSchema } from '@rjsf/utils';
import React from 'react';

import type {
  IEndpoint,
  IEndpointCreate,
  IStage,
  IStageCreate,
  IStageResourceCreate
} from '../endpointTypes';
import type { EasyMakerModel } from '../model';
import {
  endpointChoices,
  IEndpointParts,
  isStageFieldVisible,
  loadEndpointParts
} from './endpointFields';
import { FormLoading, useOnce } from './loading';
import { defaultsOf, IProperty, propertiesOf } from './schema';
import { FormData, SchemaForm } from './SchemaForm';

export interface IEndpointFormProps {
  model: EasyMakerModel;
  /** With an `endpointId` it is a stage of that endpoint. */
  initial?: Partial<IStageCreate>;
  trans: TranslationBundle;
  onCreated(created: { endpoint?: IEndpoint; stage?: IStage }): void;
  onCancel(): void;
}

type Kind = 'endpoint' | 'endpoint-stage';

export function EndpointForm(props: IEndpointFormProps): JSX.Element {
  const [kind, setKind] = React.useState<Kind>(
    props.initial?.endpointId ? 'endpoint-stage' : 'endpoint'
  );
  // What both forms hold is kept when the choice between them changes.
  const [kept, setKept] = React.useState<FormData>(() => ({
    endpointModelResourceList: [{ modelId: '', apigwResourceUri: '/inference', podCount: 1 }],
    ...props.initial
  }));
  return (
    <KindForm key={kind} {...props} kind={kind} onKind={setKind} kept={kept} onKept={setKept} />
  );
}

interface IKindProps extends IEndpointFormProps {
  kind: Kind;
  onKind(kind: Kind): void;
  kept: FormData;
  onKept(kept: FormData): void;
}

function KindForm(props: IKindProps): JSX.Element {
  const { client } = props.model;
  const { value: parts, error } = useOnce(() => loadEndpointParts(client, props.kind));
  return parts ? (
    <LoadedForm {...props} parts={parts} />
  ) : (
    <FormLoading error={error} trans={props.trans} />
  );
}

function LoadedForm(props: IKindProps & { parts: IEndpointParts }): JSX.Element {
  const { trans, parts, model, kind } = props;
  const schema = React.useMemo(() => parts.schema.schema as RJSFSchema, [parts]);
  const properties = React.useMemo(() => nameFirst(propertiesOf(schema)), [schema]);
  const [data, setData] = React.useState<FormData>(() => ({
    ...defaultsOf(properties),
    flavorId: parts.flavors.find(each => !each.gpuFlavor)?.id,
    endpointId: parts.endpoints[0]?.endpointId,
    ...onlyOf(props.kept, properties)
  }));
  const models = parts.models.map(each => ({ value: each.modelId, label: each.modelName }));
  return (
    <SchemaForm
      schema={schema}
      properties={properties}
      sections={parts.schema.sections}
      openSections={['basic', 'resources', 'instance', 'autoscaler']}
      choices={endpointChoices(parts, trans)}
      data={data}
      visible={name => isStageFieldVisible(name, data)}
      uiSchema={{
        endpointModelResourceList: {
          'ui:field': 'StageResourcesField',
          'ui:options': { models }
        }
      }}
      submitLabel={kind === 'endpoint' ? trans.__('Create endpoint') : trans.__('Create stage')}
      trans={trans}
      before={
        <KindChoice
          kind={kind}
          possible={parts.endpoints.length > 0}
          trans={trans}
          onKind={chosen => {
            props.onKept({ ...props.kept, ...data });
            props.onKind(chosen);
          }}
        />
      }
      onChange={setData}
      onCancel={props.onCancel}
      onSubmit={async body => {
        const sent = { ...body, endpointModelResourceList: asked(body.endpointModelResourceList) };
        if (kind === 'endpoint') {
          const made = await model.client.endpoints.create(sent as unknown as IEndpointCreate);
          props.onCreated({ endpoint: made });
        } else {
          const made = await model.client.stages.create(sent as unknown as IStageCreate);
          props.onCreated({ stage: made });
        }
      }}
    />
  );
}

function KindChoice(props: {
  kind: Kind;
  /** Whether there is an endpoint that a stage could be added to. */
  possible: boolean;
  trans: TranslationBundle;
  onKind(kind: Kind): void;
}): JSX.Element {
  const { trans, kind } = props;
  const name = React.useId();
  const option = (value: Kind, title: string, disabled = false): JSX.Element => (
    <label className="em-Radio">
      <input
        type="radio"
        name={name}
        checked={kind === value}
        disabled={disabled}
        onChange={() => props.onKind(value)}
      />
      {title}
    </label>
  );
  return (
    <div className="em-Radios" role="radiogroup" aria-label={trans.__('Endpoint')}>
      {option('endpoint', trans.__('New endpoint'))}
      {option('endpoint-stage', trans.__('New stage of an endpoint'), !props.possible)}
    </div>
  );
}

/** What it is called comes before what is said of it. */
function nameFirst(properties: Record<string, IProperty>): Record<string, IProperty> {
  const first = ['endpointId', 'endpointName', 'apigwStageName'].filter(name => name in properties);
  return { ...Object.fromEntries(first.map(name => [name, properties[name]])), ...properties };
}

function onlyOf(kept: FormData, properties: Record<string, unknown>): FormData {
  return Object.fromEntries(Object.entries(kept).filter(([name]) => name in properties));
}

/** The resources without what was left empty. */
export function asked(rows: unknown): IStageResourceCreate[] {
  return ((rows ?? []) as IStageResourceCreate[]).map(row => {
    const filled = Object.entries(row).filter(
      ([, value]) => value !== undefined && value !== null && value !== ''
    );
    const { resourceOptionDetail: pod, ...rest } = Object.fromEntries(
      filled
    ) as unknown as IStageResourceCreate;
    return pod ? { ...rest, resourceOptionDetail: { ...pod, gpu: pod.gpu || '0' } } : rest;
  });
}
