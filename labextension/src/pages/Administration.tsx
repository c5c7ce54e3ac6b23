/** The administrators' page: everybody's notebooks and resources, who used how much, quotas, and who did what. */

import React from 'react';

import { useCore } from '../app';
import { Empty, Loading } from '../components/Notice';
import { Tabs } from '../components/Tabs';
import { useConfiguration } from '../hooks';
import { administrationIcon } from '../icons';
import { AdministrationAudit } from './AdministrationAudit';
import { AdministrationCatalogue } from './AdministrationCatalogue';
import { AdministrationNotebooks } from './AdministrationNotebooks';
import { AdministrationQuotas } from './AdministrationQuotas';
import { AdministrationResources } from './AdministrationResources';
import { AdministrationUsage } from './AdministrationUsage';
import { AdministrationVersions } from './AdministrationVersions';

export function Administration(): JSX.Element {
  const { trans } = useCore();
  const configuration = useConfiguration();
  const [tab, setTab] = React.useState('');
  if (!configuration) {
    return <Loading />;
  }
  if (!configuration.user.isAdmin) {
    return (
      <Empty icon={administrationIcon} title={trans.__('Only administrators see this')}>
        {trans.__('Ask an administrator of the hub for what you need.')}
      </Empty>
    );
  }
  const notebooks = configuration.hasHub
    ? [
        {
          key: 'notebooks',
          title: trans.__('Notebooks'),
          render: () => <AdministrationNotebooks />
        }
      ]
    : [];
  return (
    <div className="em-Detail em-Administration">
      <div className="em-ListPage-bar">
        <h2 className="em-ListPage-title">{trans.__('Administration')}</h2>
      </div>
      <Tabs
        label={trans.__('Administration')}
        active={tab}
        onChange={setTab}
        tabs={[
          ...notebooks,
          {
            key: 'resources',
            title: trans.__('Resources'),
            render: () => <AdministrationResources />
          },
          { key: 'usage', title: trans.__('Use'), render: () => <AdministrationUsage /> },
          { key: 'quotas', title: trans.__('Quotas'), render: () => <AdministrationQuotas /> },
          {
            key: 'catalogue',
            title: trans.__('Instance types and images'),
            render: () => <AdministrationCatalogue />
          },
          {
            key: 'versions',
            title: trans.__('Cluster versions'),
            render: () => <AdministrationVersions />
          },
          { key: 'audit', title: trans.__('Audit log'), render: () => <AdministrationAudit /> }
        ]}
      />
    </div>
  );
}
