/** One stage resource in a form: its model, path and pods, and, where asked for, what a pod gets and how pods scale. */

import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import type { IPodResources, IStageResourceCreate, ScaleMetric } from '../endpointTypes';
import { scaleMetricLabel } from '../endpointWords';
import type { IChoice } from './schema';

const METRICS: ScaleMetric[] = ['CPU_UTILIZATION', 'MEMORY_UTILIZATION', 'REQUESTS_IN_FLIGHT'];
const TARGETS: Record<ScaleMetric, number> = {
  CPU_UTILIZATION: 70,
  MEMORY_UTILIZATION: 80,
  REQUESTS_IN_FLIGHT: 8
};

export interface IStageResourceRowProps {
  value: IStageResourceCreate;
  models: IChoice[];
  trans: TranslationBundle;
  onChange(value: IStageResourceCreate): void;
}

export function StageResourceRow(props: IStageResourceRowProps): JSX.Element {
  const { value, models, trans, onChange } = props;
  const change = (fields: Partial<IStageResourceCreate>): void => onChange({ ...value, ...fields });
  return (
    <>
      <div className="em-Resource-fields">
        <Labelled title={trans.__('Model')} wide needed>
          <select
            className="em-Input"
            value={value.modelId ?? ''}
            onChange={event => change({ modelId: event.target.value })}
          >
            <option value="">
              {models.length > 0 ? trans.__('Choose a model…') : trans.__('There are none')}
            </option>
            {models.map(model => (
              <option key={model.value} value={model.value}>
                {model.label}
              </option>
            ))}
          </select>
        </Labelled>
        <Labelled title={trans.__('Path')}>
          <input
            className="em-Input"
            value={value.apigwResourceUri ?? ''}
            placeholder="/inference"
            spellCheck={false}
            onChange={event => change({ apigwResourceUri: event.target.value || undefined })}
          />
        </Labelled>
        <Labelled title={trans.__('Pods')} narrow>
          <NumberInput
            value={value.podCount ?? 1}
            onChange={podCount => change({ podCount: podCount ?? 1 })}
          />
        </Labelled>
        <Labelled title={trans.__('Description')} wide>
          <input
            className="em-Input"
            value={value.description ?? ''}
            onChange={event => change({ description: event.target.value || undefined })}
          />
        </Labelled>
      </div>
      <details
        className="em-Resource-more"
        open={value.podAutoScaleEnable || !!value.resourceOptionDetail ? true : undefined}
      >
        <summary>{trans.__('Resources of a pod, automatic scaling')}</summary>
        <PodResources
          value={value.resourceOptionDetail ?? null}
          trans={trans}
          onChange={resourceOptionDetail => change({ resourceOptionDetail })}
        />
        <Scaling value={value} trans={trans} change={change} />
      </details>
    </>
  );
}

/** Nothing: an equal share of the stage's instances. */
function PodResources(props: {
  value: IPodResources | null;
  trans: TranslationBundle;
  onChange(value: IPodResources | undefined): void;
}): JSX.Element {
  const { trans, onChange } = props;
  const value = props.value ?? { cpu: '', memory: '', gpu: '' };
  const change = (fields: Partial<IPodResources>): void => {
    const next = { ...value, ...fields };
    onChange(next.cpu || next.memory || next.gpu ? next : undefined);
  };
  const cell = (name: keyof IPodResources, title: string, example: string): JSX.Element => (
    <Labelled title={title}>
      <input
        className="em-Input"
        value={value[name]}
        placeholder={example}
        spellCheck={false}
        onChange={event => change({ [name]: event.target.value })}
      />
    </Labelled>
  );
  return (
    <>
      <div className="em-Resource-fields">
        {cell('cpu', trans.__('CPU'), '0.5')}
        {cell('memory', trans.__('Memory'), '512Mi')}
        {cell('gpu', trans.__('GPUs'), '0')}
      </div>
      <p className="em-FormField-help">
        {trans.__('Empty: an equal share of the stage’s instances.')}
      </p>
    </>
  );
}

function Scaling(props: {
  value: IStageResourceCreate;
  trans: TranslationBundle;
  change(fields: Partial<IStageResourceCreate>): void;
}): JSX.Element {
  const { value, trans, change } = props;
  const metric = value.scaleMetricCode ?? METRICS[0];
  return (
    <>
      <label className="em-Checkbox">
        <input
          type="checkbox"
          checked={value.podAutoScaleEnable === true}
          onChange={event =>
            change(
              event.target.checked
                ? {
                    podAutoScaleEnable: true,
                    scaleMetricCode: metric,
                    scaleMetricTarget: TARGETS[metric]
                  }
                : {
                    podAutoScaleEnable: undefined,
                    scaleMetricCode: undefined,
                    scaleMetricTarget: undefined
                  }
            )
          }
        />
        {trans.__('Scale pods automatically')}
      </label>
      {value.podAutoScaleEnable && (
        <div className="em-Resource-fields">
          <Labelled title={trans.__('Scaled by')} wide>
            <select
              className="em-Input"
              value={metric}
              onChange={event => {
                const chosen = event.target.value as ScaleMetric;
                change({ scaleMetricCode: chosen, scaleMetricTarget: TARGETS[chosen] });
              }}
            >
              {METRICS.map(each => (
                <option key={each} value={each}>
                  {scaleMetricLabel(each, trans)}
                </option>
              ))}
            </select>
          </Labelled>
          <Labelled title={trans.__('Target')} narrow>
            <NumberInput
              value={value.scaleMetricTarget ?? undefined}
              onChange={scaleMetricTarget => change({ scaleMetricTarget })}
            />
          </Labelled>
        </div>
      )}
    </>
  );
}

function NumberInput(props: {
  value: number | undefined;
  onChange(value: number | undefined): void;
}): JSX.Element {
  return (
    <input
      className="em-Input"
      type="number"
      min={1}
      value={props.value ?? ''}
      onChange={event =>
        props.onChange(event.target.value === '' ? undefined : Number(event.target.value))
      }
    />
  );
}

function Labelled(props: {
  title: string;
  wide?: boolean;
  narrow?: boolean;
  needed?: boolean;
  children: React.ReactNode;
}): JSX.Element {
  const size = props.wide ? ' em-mod-wide' : props.narrow ? ' em-mod-narrow' : '';
  return (
    <label className={`em-Labelled${size}`}>
      <span>
        {props.title}
        {props.needed && (
          <span className="em-FormField-required" aria-hidden>
            *
          </span>
        )}
      </span>
      {props.children}
    </label>
  );
}
