/** The parts of the REST API that are about private images. */

import type { EasyMakerClient } from './client';
import type {
  IPrivateImage,
  IPrivateImageCreate,
  IPrivateImageUpdate,
  IRegistryCheck
} from './privateImageTypes';
import { ResourceApi } from './resourceApi';

export class PrivateImageApi extends ResourceApi<
  IPrivateImage,
  IPrivateImageCreate,
  IPrivateImageUpdate
> {
  constructor(client: EasyMakerClient) {
    super(client, 'image');
  }

  /** Ask its registry whether it is there, can be pulled, and is built from what it says. */
  async check(id: string): Promise<IRegistryCheck> {
    const path = `${this.path}/${id}/check`;
    return (await this.client.request<{ check: IRegistryCheck }>(path, { method: 'POST' })).check;
  }
}
