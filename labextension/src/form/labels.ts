/** What choices are called. */

import type { TranslationBundle } from '@jupyterlab/translation';

import type { IFlavor, IImage } from '../types';

export function flavorLabel(flavor: IFlavor, trans: TranslationBundle): string {
  const memory = `${Number((flavor.ram / 1024).toFixed(1))} GB`;
  const gpus = flavor.gpuCount > 0 ? `, ${trans._n('%1 GPU', '%1 GPUs', flavor.gpuCount)}` : '';
  return `${flavor.name} — ${trans.__('%1 vCPU', flavor.vcpus)}, ${memory}${gpus}`;
}

export function imageLabel(image: IImage): string {
  return `${image.imageName} (${image.frameworkVersion})`;
}
