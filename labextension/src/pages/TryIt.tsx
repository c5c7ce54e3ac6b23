/** Calls a model from a form: a request to edit, the answer and how long it took, and the same call as code. */

import { runIcon } from '@jupyterlab/ui-components';
import React from 'react';

import { useApp } from '../app';
import { Button } from '../components/Button';
import { JsonText } from '../components/JsonText';
import { Empty, ErrorNotice } from '../components/Notice';
import type { IModelSchema, IPrediction, IStage, IStageResource } from '../endpointTypes';
import { addressOf, resourceName } from '../endpointWords';
import { number } from '../format';
import { useLoaded } from '../hooks';
import { endpointIcon } from '../icons';
import { jsonText } from '../json';
import { callsOf, ICall } from './calls';
import { Snippets } from './Snippets';

const never = (): boolean => false;
const FIRST = { instances: [[]] };

export function TryIt(props: { stage: IStage; useApiKey: boolean }): JSX.Element {
  const { trans } = useApp();
  const { stage } = props;
  const resources = stage.endpointModelList;
  const [chosen, setChosen] = React.useState('');
  const resource = resources.find(each => each.endpointModelId === chosen) ?? resources[0];
  if (!resource) {
    return (
      <Empty icon={endpointIcon} title={trans.__('Nothing to call yet')}>
        {trans.__('Add a resource to the stage first.')}
      </Empty>
    );
  }
  return (
    <div className="em-Try">
      {resources.length > 1 && (
        <label className="em-Choose">
          {trans.__('Stage resource')}
          <select
            className="em-Input em-Select"
            value={resource.endpointModelId}
            onChange={event => setChosen(event.target.value)}
          >
            {resources.map(each => (
              <option key={each.endpointModelId} value={each.endpointModelId}>
                {resourceName(each)}
              </option>
            ))}
          </select>
        </label>
      )}
      <TryResource key={resource.endpointModelId} {...props} resource={resource} />
    </div>
  );
}

function TryResource(props: {
  stage: IStage;
  resource: IStageResource;
  useApiKey: boolean;
}): JSX.Element {
  const { model, trans } = useApp();
  const { stage, resource } = props;
  const id = resource.endpointModelId;
  const ask = React.useCallback(
    (signal: AbortSignal) => model.client.stageResources.schema(id, signal),
    [model, id]
  );
  const loaded = useLoaded(ask, never);
  const schema = loaded.value;
  const calls = React.useMemo(() => callsOf(stage, resource, schema), [stage, resource, schema]);
  const [path, setPath] = React.useState('');
  const call = calls.find(each => each.path === path) ?? calls[0];
  const [edited, setEdited] = React.useState<string | null>(null);
  const text = edited ?? jsonText(schema?.example ?? FIRST);
  return (
    <>
      {loaded.error !== null && <ErrorNotice error={loaded.error} onRetry={loaded.reload} />}
      <Request
        resource={resource}
        calls={calls}
        call={call}
        text={text}
        onPath={setPath}
        onText={setEdited}
      />
      <Snippets url={addressOf(call.url)} body={text} useApiKey={props.useApiKey} />
      {schema && <Schemas schema={schema} />}
      {schema && Object.keys(schema.metadata).length > 0 && (
        <details className="em-Try-more">
          <summary>{trans.__('What the model server says of it')}</summary>
          <JsonText value={schema.metadata} label={trans.__('Metadata')} />
        </details>
      )}
    </>
  );
}

function Request(props: {
  resource: IStageResource;
  calls: ICall[];
  call: ICall;
  text: string;
  onPath(path: string): void;
  onText(text: string): void;
}): JSX.Element {
  const { model, trans } = useApp();
  const { call, text, resource } = props;
  const [busy, setBusy] = React.useState(false);
  const [answer, setAnswer] = React.useState<IPrediction | null>(null);
  const [error, setError] = React.useState<unknown>(null);
  const base = React.useId();
  const read = parsed(text);
  const send = (): void => {
    if (!('value' in read) || busy) {
      return;
    }
    setBusy(true);
    setError(null);
    model.client.stageResources
      .predict(resource.endpointModelId, read.value, call.own ? undefined : call.path)
      .then(setAnswer, setError)
      .finally(() => setBusy(false));
  };
  return (
    <div className="em-Try-columns">
      <section className="em-Try-column">
        <h3 className="em-Group-title">{trans.__('Request')}</h3>
        <div className="em-Try-line">
          <code>POST</code>
          {props.calls.length > 1 ? (
            <select
              className="em-Input em-Select"
              aria-label={trans.__('Path')}
              value={call.path}
              onChange={event => props.onPath(event.target.value)}
            >
              {props.calls.map(each => (
                <option key={each.path} value={each.path}>
                  {each.protocol ? `${each.path} (${each.protocol})` : each.path}
                </option>
              ))}
            </select>
          ) : (
            <code className="em-Try-path">{call.path}</code>
          )}
        </div>
        <textarea
          id={`${base}-body`}
          className="em-Input em-Try-body"
          aria-label={trans.__('JSON of the request')}
          spellCheck={false}
          value={text}
          aria-invalid={!('value' in read)}
          onChange={event => props.onText(event.target.value)}
          onKeyDown={event => {
            if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
              event.preventDefault();
              send();
            }
          }}
        />
        {'problem' in read && (
          <p className="em-Problem" role="alert">
            {trans.__('This is not JSON: %1', read.problem)}
          </p>
        )}
        <div className="em-Try-line">
          <Button
            kind="accept"
            icon={runIcon}
            label={busy ? trans.__('Calling…') : trans.__('Send')}
            caption={trans.__('Ctrl+Enter')}
            disabled={busy || !('value' in read)}
            onClick={send}
          />
        </div>
      </section>
      <section className="em-Try-column" aria-live="polite">
        <h3 className="em-Group-title">{trans.__('Answer')}</h3>
        {error !== null && <ErrorNotice error={error} />}
        {answer ? (
          <Answer answer={answer} />
        ) : (
          error === null && <p className="em-mod-quiet">{trans.__('Nothing sent yet.')}</p>
        )}
      </section>
    </div>
  );
}

function Answer({ answer }: { answer: IPrediction }): JSX.Element {
  const { trans, locale } = useApp();
  const tone = answer.statusCode < 300 ? 'good' : answer.statusCode < 500 ? 'busy' : 'bad';
  return (
    <>
      <div className="em-Try-line">
        <span className={`em-Chip em-tone-${tone}`} data-status={answer.statusCode}>
          <span className="em-Dot" aria-hidden="true" />
          {answer.statusCode}
        </span>
        <span>{trans.__('%1 ms', number(answer.elapsedMilliseconds, locale))}</span>
      </div>
      <JsonText value={answer.body} label={trans.__('Answer')} />
    </>
  );
}

function Schemas({ schema }: { schema: IModelSchema }): JSX.Element {
  const { trans } = useApp();
  const shown: [string, Record<string, unknown> | null][] = [
    [trans.__('Schema of a request'), schema.requestSchema],
    [trans.__('Schema of an answer'), schema.responseSchema]
  ];
  return (
    <>
      {shown.map(([title, value]) => (
        <details key={title} className="em-Try-more">
          <summary>{title}</summary>
          {value ? (
            <JsonText value={value} label={title} />
          ) : (
            <p className="em-mod-quiet">{trans.__('The model does not tell.')}</p>
          )}
        </details>
      ))}
    </>
  );
}

function parsed(text: string): { value: unknown } | { problem: string } {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}
