/** The calls of a stage by model, path and address. */

import React from 'react';

import { useApp } from '../app';
import type { IStageStatistics } from '../endpointTypes';
import { integer, number } from '../format';

export function PathCalls({ statistics }: { statistics: IStageStatistics }): JSX.Element | null {
  const { trans, locale } = useApp();
  const paths = statistics.pathList;
  if (paths.length === 0) {
    return null;
  }
  const time = (value: number | null): string => (value === null ? '–' : number(value, locale));
  return (
    <section className="em-PathCalls">
      <h3 className="em-Group-title">{trans.__('By path')}</h3>
      <div className="em-TableBox">
        <table className="em-Table em-mod-plain" aria-label={trans.__('By path')}>
          <thead>
            <tr>
              <th scope="col">{trans.__('Path')}</th>
              <th scope="col">{trans.__('Model')}</th>
              <th scope="col">{trans.__('Address')}</th>
              <th scope="col" className="em-mod-end">
                {trans.__('Calls')}
              </th>
              <th scope="col" className="em-mod-end">
                2xx
              </th>
              <th scope="col" className="em-mod-end">
                4xx
              </th>
              <th scope="col" className="em-mod-end">
                5xx
              </th>
              <th scope="col" className="em-mod-end">
                p50 (ms)
              </th>
              <th scope="col" className="em-mod-end">
                p99 (ms)
              </th>
            </tr>
          </thead>
          <tbody>
            {paths.map(each => (
              <tr key={`${each.endpointModelId} ${each.path} ${each.byDefaultAddress}`}>
                <td>
                  <code>{each.path}</code>
                </td>
                <td>{each.modelName}</td>
                <td>{each.byDefaultAddress ? trans.__('Default stage') : trans.__('Stage')}</td>
                <td className="em-mod-end">{integer(each.callCount, locale)}</td>
                <td className="em-mod-end">{integer(each.success2xxCount, locale)}</td>
                <td className="em-mod-end">{integer(each.fail4xxCount, locale)}</td>
                <td className="em-mod-end">{integer(each.fail5xxCount, locale)}</td>
                <td className="em-mod-end">{time(each.p50Milliseconds)}</td>
                <td className="em-mod-end">{time(each.p99Milliseconds)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
