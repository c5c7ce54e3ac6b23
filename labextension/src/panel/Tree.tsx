/** Every kind of resource with its count and what was made last; walked with the arrow keys. */

import React from 'react';

import { createExperiment, createModel } from '../actions';
import { createPrivateImage } from '../privateImageActions';
import { createRegistryAccount } from '../registryAccountActions';
import { useApp } from '../app';
import { useConfiguration, useCounts } from '../hooks';
import {
  batchInferenceIcon,
  endpointIcon,
  experimentIcon,
  imageIcon,
  modelIcon,
  notebookIcon,
  registryAccountIcon,
  templateIcon,
  trainingIcon,
  tuningIcon
} from '../icons';
import { running } from '../status';
import {
  RecentBatchInferences,
  RecentEndpoints,
  RecentExperiments,
  RecentModels,
  RecentNotebooks,
  RecentPrivateImages,
  RecentRegistryAccounts,
  RecentTemplates,
  RecentTrainings,
  RecentTunings
} from './Recent';
import { Section } from './Section';

export function Tree(): JSX.Element {
  const app = useApp();
  const { trans } = app;
  const counts = useCounts();
  const hasHub = useConfiguration()?.hasHub === true;
  return (
    <div
      className="em-Tree"
      role="tree"
      aria-label={trans.__('EasyMaker resources')}
      onKeyDown={walk}
    >
      <Section
        name="experiments"
        icon={experimentIcon}
        title={trans.__('Experiments')}
        total={counts?.experiment?.total}
        createLabel={trans.__('New experiment')}
        onCreate={() => createExperiment(app)}
        onOpen={() => app.open({ page: 'experiments' })}
        first
      >
        <RecentExperiments />
      </Section>
      <Section
        name="trainings"
        icon={trainingIcon}
        title={trans.__('Trainings')}
        total={counts?.training?.total}
        running={running(counts?.training)}
        createLabel={trans.__('New training')}
        onCreate={() => app.open({ page: 'new-training' })}
        onOpen={() => app.open({ page: 'trainings' })}
      >
        <RecentTrainings />
      </Section>
      <Section
        name="tunings"
        icon={tuningIcon}
        title={trans.__('Tunings')}
        total={counts?.hyperparameterTuning?.total}
        running={running(counts?.hyperparameterTuning)}
        createLabel={trans.__('New tuning')}
        onCreate={() => app.open({ page: 'new-tuning' })}
        onOpen={() => app.open({ page: 'tunings' })}
      >
        <RecentTunings />
      </Section>
      <Section
        name="templates"
        icon={templateIcon}
        title={trans.__('Templates')}
        total={counts?.trainingTemplate?.total}
        createLabel={trans.__('New template')}
        onCreate={() => app.open({ page: 'template-form' })}
        onOpen={() => app.open({ page: 'templates' })}
      >
        <RecentTemplates />
      </Section>
      <Section
        name="models"
        icon={modelIcon}
        title={trans.__('Models')}
        total={counts?.model?.total}
        createLabel={trans.__('New model')}
        onCreate={() => createModel(app)}
        onOpen={() => app.open({ page: 'models' })}
      >
        <RecentModels />
      </Section>
      <Section
        name="endpoints"
        icon={endpointIcon}
        title={trans.__('Endpoints')}
        total={counts?.endpoint?.total}
        createLabel={trans.__('New endpoint')}
        onCreate={() => app.open({ page: 'new-endpoint' })}
        onOpen={() => app.open({ page: 'endpoints' })}
      >
        <RecentEndpoints />
      </Section>
      <Section
        name="batch-inferences"
        icon={batchInferenceIcon}
        title={trans.__('Batch inferences')}
        total={counts?.batchInference?.total}
        running={running(counts?.batchInference)}
        createLabel={trans.__('New batch inference')}
        onCreate={() => app.open({ page: 'new-batch-inference' })}
        onOpen={() => app.open({ page: 'batch-inferences' })}
      >
        <RecentBatchInferences />
      </Section>
      {hasHub && (
        <Section
          name="notebooks"
          icon={notebookIcon}
          title={trans.__('Notebooks')}
          total={counts?.notebook?.total}
          createLabel={trans.__('New notebook')}
          onCreate={() => app.open({ page: 'new-notebook' })}
          onOpen={() => app.open({ page: 'notebooks' })}
        >
          <RecentNotebooks />
        </Section>
      )}
      <Section
        name="private-images"
        icon={imageIcon}
        title={trans.__('Private images')}
        total={counts?.image?.total}
        createLabel={trans.__('New private image')}
        onCreate={() => createPrivateImage(app)}
        onOpen={() => app.open({ page: 'private-images' })}
      >
        <RecentPrivateImages />
      </Section>
      <Section
        name="registry-accounts"
        icon={registryAccountIcon}
        title={trans.__('Registry accounts')}
        total={counts?.registryAccount?.total}
        createLabel={trans.__('New registry account')}
        onCreate={() => createRegistryAccount(app)}
        onOpen={() => app.open({ page: 'registry-accounts' })}
      >
        <RecentRegistryAccounts />
      </Section>
    </div>
  );
}

/** Up, down, home and end move the focus; left and right close and open a section. */
function walk(event: React.KeyboardEvent<HTMLDivElement>): void {
  const items = [...event.currentTarget.querySelectorAll<HTMLElement>('[role="treeitem"]')];
  const here = items.findIndex(item => item === event.target);
  if (here < 0) {
    return;
  }
  const item = items[here];
  const expanded = item.getAttribute('aria-expanded');
  const focus = (index: number): void => items[index]?.focus();
  const parentOf = (index: number): number =>
    items.map(one => one.getAttribute('aria-level')).lastIndexOf('1', index);
  const keys: Record<string, () => void> = {
    ArrowDown: () => focus(here + 1),
    ArrowUp: () => focus(here - 1),
    Home: () => focus(0),
    End: () => focus(items.length - 1),
    ArrowRight: () =>
      expanded === 'false'
        ? item.querySelector<HTMLElement>('.em-Tree-caret')?.click()
        : expanded === 'true' && focus(here + 1),
    ArrowLeft: () =>
      expanded === 'true'
        ? item.querySelector<HTMLElement>('.em-Tree-caret')?.click()
        : expanded === null && focus(parentOf(here)),
    Enter: () => item.click(),
    ' ': () => item.click()
  };
  const key = keys[event.key];
  if (key) {
    event.preventDefault();
    event.stopPropagation();
    key();
  }
}
