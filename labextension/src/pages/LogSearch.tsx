/** One search over the logs of all trainings and batch inferences, or of a tuning's trials: what is asked, and what is found. */

import { downloadIcon, searchIcon } from '@jupyterlab/ui-components';
import React from 'react';

import { useApp } from '../app';
import { Button, LinkButton } from '../components/Button';
import { Empty, ErrorNotice, Loading } from '../components/Notice';
import { ApiError } from '../errors';
import { integer } from '../format';
import type { ILogLine } from '../searchTypes';
import { plainText } from '../log/ansi';
import { LogQueryBar } from './LogQueryBar';
import { useLogSearch } from './useLogSearch';

export function LogSearch(props: {
  /** Of the trials of this tuning only. */
  tuningId?: string;
}): JSX.Element {
  const { trans, locale, model } = useApp();
  const search = useLogSearch(model.client, props.tuningId);
  const { error, lines } = search;
  const mistake =
    error instanceof ApiError ? error.fields.find(problem => problem.field === 'query') : undefined;
  return (
    <div className="em-LogSearch">
      <header className="em-LogSearch-head">
        {!props.tuningId && <h2 className="em-ListPage-title">{trans.__('Log search')}</h2>}
        <LogQueryBar mistake={mistake?.message} busy={search.busy} onSearch={search.begin} />
      </header>
      {error !== null && !mistake && <ErrorNotice error={error} />}
      {lines === null ? (
        error === null && <Loading />
      ) : lines.length === 0 ? (
        <Empty icon={searchIcon} title={trans.__('No lines found')}>
          {trans.__(
            'Try other words or a longer time. Only what has log management on is searched: it is switched on in the form of a training or a batch inference, under additional settings.'
          )}
        </Empty>
      ) : (
        <>
          <div className="em-LogSearch-about">
            <span className="em-mod-quiet" role="status">
              {trans.__(
                '%1 lines, the newest first, found in %2 ms',
                integer(lines.length, locale) + (search.more ? '+' : ''),
                integer(search.took, locale)
              )}
            </span>
            <a
              className="em-Button em-mod-plain"
              href={model.client.logsDownloadUrl(search.asked)}
              download="logs.txt"
              title={trans.__('Download all lines that are found')}
            >
              <downloadIcon.react tag="span" className="em-Button-icon" />
              {trans.__('Download')}
            </a>
          </div>
          <Lines lines={lines} />
          <div className="em-LogSearch-more">
            {search.more ? (
              <Button
                label={search.busy ? trans.__('Loading…') : trans.__('Load older lines')}
                disabled={search.busy}
                onClick={search.older}
              />
            ) : (
              <span className="em-mod-quiet">{trans.__('There are no older lines.')}</span>
            )}
          </div>
        </>
      )}
    </div>
  );
}

const TONES: Record<string, string> = {
  FATAL: 'bad',
  ERROR: 'bad',
  WARN: 'busy',
  INFO: 'running',
  DEBUG: 'idle',
  TRACE: 'idle'
};

function Lines({ lines }: { lines: ILogLine[] }): JSX.Element {
  const { trans, locale } = useApp();
  const format = React.useMemo(
    () =>
      new Intl.DateTimeFormat(locale, {
        month: '2-digit',
        day: '2-digit',
        hour: '2-digit',
        minute: '2-digit',
        second: '2-digit',
        fractionalSecondDigits: 3,
        hour12: false
      } as Intl.DateTimeFormatOptions),
    [locale]
  );
  return (
    <div className="em-LogSearch-box">
      <table className="em-LogTable" aria-label={trans.__('Lines found')}>
        <thead>
          <tr>
            <th scope="col">{trans.__('Time')}</th>
            <th scope="col">{trans.__('Level')}</th>
            <th scope="col">{trans.__('Printed by')}</th>
            <th scope="col">{trans.__('Line')}</th>
          </tr>
        </thead>
        <tbody>
          {lines.map(line => (
            <tr key={`${line.trainingId ?? line.batchInferenceId}/${line.node}/${line.offset}`}>
              <td className="em-LogTable-time">
                <time dateTime={line.time} title={line.time}>
                  {format.format(new Date(line.time))}
                </time>
              </td>
              <td>
                <span
                  className={`em-LogLevel em-tone-${TONES[line.logLevel] ?? 'idle'}`}
                  data-level={line.logLevel}
                >
                  {line.logLevel}
                </span>
              </td>
              <td className="em-LogTable-training">
                <PrintedBy line={line} />
              </td>
              <td className="em-LogTable-body">
                <code>{plainText(line.body)}</code>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function PrintedBy({ line }: { line: ILogLine }): JSX.Element {
  const app = useApp();
  const name = line.trainingName ?? line.batchInferenceName ?? '';
  return (
    <LinkButton
      label={line.node > 0 ? `${name} (${line.node})` : name}
      onClick={() =>
        app.open(
          line.trainingId !== null
            ? { page: 'training', id: line.trainingId }
            : { page: 'batch-inference', id: line.batchInferenceId ?? '' }
        )
      }
    />
  );
}
