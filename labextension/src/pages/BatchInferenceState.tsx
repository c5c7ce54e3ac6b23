/** How far a batch inference is and how its rows were answered; why it failed. */

import React from 'react';

import { useApp } from '../app';
import type { IBatchInference } from '../batchInferenceTypes';
import { Button } from '../components/Button';
import { FailureNotice } from '../components/Notice';
import { integer } from '../format';
import { plainText } from '../log/ansi';
import { hasEnded, hasFailed, phaseLabel } from '../status';

const TAIL_LINES = 8;

export function Failure(props: { batch: IBatchInference; onLog?: () => void }): JSX.Element | null {
  const { trans } = useApp();
  const { batch } = props;
  if (!hasFailed(batch.batchInferenceStatusCode)) {
    return null;
  }
  const tail = plainText(batch.logTail ?? '')
    .trimEnd()
    .split('\n')
    .slice(-TAIL_LINES)
    .join('\n');
  return (
    <FailureNotice
      reason={
        batch.batchInferenceStatusReason ||
        trans.__('The batch inference failed without saying why.')
      }
    >
      {props.onLog && tail && (
        <>
          <pre className="em-Failure-tail" aria-label={trans.__('Last lines of the log')}>
            {tail}
          </pre>
          <div className="em-Failure-buttons">
            <Button label={trans.__('Show the log')} onClick={props.onLog} />
          </div>
        </>
      )}
    </FailureNotice>
  );
}

/** Files, rows, and how these were answered; while it goes on, what it is at. */
export function RowCounts({ batch }: { batch: IBatchInference }): JSX.Element {
  const { trans, locale } = useApp();
  const going = !hasEnded(batch.batchInferenceStatusCode);
  const answers: [string, string, number, string][] = [
    ['2xx', trans.__('Scored'), batch.success2xxCount, 'good'],
    ['4xx', trans.__('Not accepted by the model'), batch.fail4xxCount, 'busy'],
    ['5xx', trans.__('Failed, or took too long'), batch.fail5xxCount, 'bad']
  ];
  const phases = [...new Set(batch.nodeList.map(node => node.phase))];
  const phase = batch.progress?.phase ?? (phases.length === 1 ? phases[0] : '');
  const words = [
    phase && phase !== 'RUNNING' && phaseLabel(phase, trans),
    batch.progress?.message,
    !batch.progress && batch.batchInferenceStatusReason
  ].filter(Boolean);
  return (
    <>
      {going && words.length > 0 && (
        <div className="em-Progress" role="status">
          {words.join(' · ')}
        </div>
      )}
      <div className="em-Score">
        <dl className="em-Score-counts">
          <Count name={trans.__('Files')} value={integer(batch.inputFileCount, locale)} />
          <Count
            name={trans.__('Rows')}
            value={
              batch.processCount < batch.inputDataCount
                ? trans.__(
                    '%1 of %2',
                    integer(batch.processCount, locale),
                    integer(batch.inputDataCount, locale)
                  )
                : integer(batch.inputDataCount, locale)
            }
          />
          {answers.map(([name, caption, count, tone]) => (
            <Count
              key={name}
              name={name}
              caption={caption}
              tone={tone}
              none={count === 0}
              value={integer(count, locale)}
            />
          ))}
        </dl>
        {going && batch.inputDataCount > 0 && (
          <progress
            className="em-Score-bar"
            value={batch.processCount}
            max={batch.inputDataCount}
            aria-label={trans.__('%1 of %2 rows', batch.processCount, batch.inputDataCount)}
          />
        )}
      </div>
    </>
  );
}

function Count(props: {
  name: string;
  value: string;
  caption?: string;
  tone?: string;
  none?: boolean;
}): JSX.Element {
  return (
    <div
      className={`em-Score-count${props.none ? ' em-mod-none' : ''}`}
      title={props.caption}
      data-count={props.name}
    >
      <dt>
        {props.tone && <span className={`em-Dot em-tone-${props.tone}`} aria-hidden="true" />}
        {props.name}
      </dt>
      <dd>{props.value}</dd>
    </div>
  );
}
