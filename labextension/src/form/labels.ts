/** What choices are called. */

import type { TranslationBundle } from '@jupyterlab/translation';

import { frameworkName } from '../pages/framework';
import type { IFlavor, IImage } from '../types';
import type { IChoice } from './schema';

export function flavorLabel(flavor: IFlavor, trans: TranslationBundle): string {
  const memory = `${Number((flavor.ram / 1024).toFixed(1))} GB`;
  const gpus = flavor.gpuCount > 0 ? `, ${trans._n('%1 GPU', '%1 GPUs', flavor.gpuCount)}` : '';
  return `${flavor.name} — ${trans.__('%1 vCPU', flavor.vcpus)}, ${memory}${gpus}`;
}

export function imageLabel(image: IImage): string {
  return `${image.imageName} (${image.frameworkVersion})`;
}

/** An image to choose; private ones are told apart. */
export function imageChoice(image: IImage, trans: TranslationBundle): IChoice {
  const name = image.frameworkVersion ? imageLabel(image) : image.imageName;
  const label = image.imageTypeCode === 'PRIVATE' ? trans.__('%1 — private', name) : name;
  return { value: image.imageId, label };
}

/** `GPU · PyTorch 2.3 · Python 3.12` */
export function aboutImage(image: Partial<IImage>): string {
  const framework =
    image.frameworkCode && image.frameworkCode !== 'PYTHON'
      ? `${frameworkName(image.frameworkCode)} ${image.frameworkVersion ?? ''}`.trim()
      : '';
  const python = image.pythonVersion ? `Python ${image.pythonVersion}` : '';
  return [image.coreTypeCode, framework, python].filter(Boolean).join(' · ');
}
