/** The parts of the REST API that are about registry accounts. */

import type { EasyMakerClient } from './client';
import type { IRegistryCheck } from './privateImageTypes';
import type {
  IRegistryAccount,
  IRegistryAccountCreate,
  IRegistryAccountUpdate
} from './registryAccountTypes';
import { ResourceApi } from './resourceApi';

export class RegistryAccountApi extends ResourceApi<
  IRegistryAccount,
  IRegistryAccountCreate,
  IRegistryAccountUpdate
> {
  constructor(client: EasyMakerClient) {
    super(client, 'registryAccount', 'registry-accounts');
  }

  /**
   * Ask a registry whether it takes the account.
   *
   * @param address - of an image, or of the registry alone.
   */
  async check(id: string, address: string): Promise<IRegistryCheck> {
    const request = { method: 'POST' as const, body: { address } };
    const path = `${this.path}/${id}/check`;
    return (await this.client.request<{ check: IRegistryCheck }>(path, request)).check;
  }
}
