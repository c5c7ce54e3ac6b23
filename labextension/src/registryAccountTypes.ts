/** Registry accounts on the wire: with whose name and password private images are pulled. Passwords only go in. */

import type { ITag } from './types';

export type RegistryType = 'NCR' | 'DOCKER_HUB' | 'GITHUB' | 'OTHER';

export interface IRegistryAccountCreate {
  registryAccountName: string;
  description?: string;
  registryTypeCode?: RegistryType;
  loginId: string;
  password: string;
  tagList?: ITag[];
}

export interface IRegistryAccountUpdate {
  registryAccountName?: string;
  description?: string;
  loginId?: string;
  password?: string;
  tagList?: ITag[];
}

export interface IRegistryAccount {
  registryAccountId: string;
  registryAccountName: string;
  description: string;
  appKey: string;
  registryTypeCode: RegistryType;
  loginId: string;
  imageList: { imageId: string; imageName: string }[];
  tagList: ITag[];
  createdDatetime: string;
  createdBy: string;
}
