/** What the registry services are called. */

import type { TranslationBundle } from '@jupyterlab/translation';

import type { RegistryType } from './registryAccountTypes';

export function registryTypeLabels(trans: TranslationBundle): Record<RegistryType, string> {
  return {
    NCR: 'NHN Container Registry (NCR)',
    DOCKER_HUB: 'Docker Hub',
    GITHUB: 'GitHub Container Registry',
    OTHER: trans.__('Another registry')
  };
}
