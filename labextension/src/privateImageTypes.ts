/** Private images on the wire: made from a provided one, kept in a registry of the project's. */

import type { IRegistryAccountCreate } from './registryAccountTypes';
import type { IImage, ITag } from './types';

export type GroupType = 'NOTEBOOK' | 'TRAINING';

export interface IPrivateImageCreate {
  imageName: string;
  description?: string;
  /** `registry.example.com/team/image:1` */
  address: string;
  groupTypeCode: GroupType;
  baseImageId: string;
  /** This or a new one. */
  registryAccountId?: string;
  registryAccount?: IRegistryAccountCreate;
  tagList?: ITag[];
}

export interface IPrivateImageUpdate {
  imageName?: string;
  description?: string;
  tagList?: ITag[];
}

export interface IPrivateImage extends IImage {
  address: string;
  baseImageId: string | null;
  registryAccount: { registryAccountId: string; registryAccountName: string } | null;
  tagList: ITag[];
  createdDatetime: string;
  createdBy: string;
}

/** What a registry said of an image or an account. */
export interface IRegistryCheck {
  valid: boolean;
  /** Why not, for people. */
  reason: string;
  digest: string;
}
