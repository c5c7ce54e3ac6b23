/** The endpoints that are called most; one that is chosen shows how its stages answered. */

import React from 'react';

import { useApp } from '../app';
import { LinkButton } from '../components/Button';
import type { IBusyEndpoint } from '../endpointTypes';
import { integer } from '../format';

export function BusiestEndpoints(props: { endpoints: IBusyEndpoint[] }): JSX.Element {
  const app = useApp();
  const { trans, locale } = app;
  const { endpoints } = props;
  const [chosen, setChosen] = React.useState('');
  const shown = endpoints.find(each => each.endpointId === chosen) ?? endpoints[0];
  return (
    <section className="em-Dashboard-section em-Busiest">
      <h3 className="em-Group-title">{trans.__('Endpoints with the most API calls')}</h3>
      {endpoints.length === 0 && (
        <p className="em-mod-quiet">{trans.__('No endpoint was called yet.')}</p>
      )}
      <div className="em-Busiest-list" role="group" aria-label={trans.__('Endpoints')}>
        {endpoints.map(endpoint => (
          <button
            key={endpoint.endpointId}
            type="button"
            className="em-Busiest-one"
            aria-pressed={endpoint === shown}
            title={endpoint.endpointName}
            onClick={() => setChosen(endpoint.endpointId)}
          >
            <span className="em-Busiest-name">{endpoint.endpointName}</span>
            <span className="em-Busiest-calls">
              {trans._n(
                '%2 call',
                '%2 calls',
                endpoint.callCount,
                integer(endpoint.callCount, locale)
              )}
            </span>
          </button>
        ))}
      </div>
      {shown && (
        <>
          <table className="em-Table em-mod-plain" aria-label={shown.endpointName}>
            <thead>
              <tr>
                <th scope="col">{trans.__('Stage')}</th>
                <th scope="col" className="em-mod-end">
                  {trans.__('Succeeded')}
                </th>
                <th scope="col" className="em-mod-end">
                  {trans.__('Failed')}
                </th>
              </tr>
            </thead>
            <tbody>
              {shown.endpointStageList.map(stage => (
                <tr key={stage.endpointStageId}>
                  <td>
                    <LinkButton
                      label={stage.endpointStageName}
                      onClick={() =>
                        app.open({ page: 'endpoint-stage', id: stage.endpointStageId })
                      }
                    />
                    {stage.isDefaultStage && (
                      <span className="em-Best">{trans.__('Default stage')}</span>
                    )}
                  </td>
                  <td className="em-mod-end">{integer(stage.successCount, locale)}</td>
                  <td className="em-mod-end">{integer(stage.failCount, locale)}</td>
                </tr>
              ))}
            </tbody>
          </table>
          <LinkButton
            label={trans.__('Open %1', shown.endpointName)}
            onClick={() => app.open({ page: 'endpoint', id: shown.endpointId })}
          />
        </>
      )}
    </section>
  );
}
