/** What the fields of the forms of endpoints, stages and their resources offer, and which are shown. */

import type { TranslationBundle } from '@jupyterlab/translation';

import type { EasyMakerClient } from '../client';
import type { IEndpoint } from '../endpointTypes';
import type { FormName, ICreateSchema, IFlavor, IModel } from '../types';
import { flavorLabel } from './labels';
import type { Choices } from './schema';
import type { FormData } from './SchemaForm';

export interface IEndpointParts {
  schema: ICreateSchema;
  flavors: IFlavor[];
  models: IModel[];
  endpoints: IEndpoint[];
}

export async function loadEndpointParts(
  client: EasyMakerClient,
  form: FormName
): Promise<IEndpointParts> {
  const [schema, flavors, models, endpoints] = await Promise.all([
    client.schema(form),
    client.flavors('ENDPOINT'),
    client.models.list({ sort: 'modelName', limit: 1000 }),
    client.endpoints.list({ sort: 'endpointName', limit: 1000 })
  ]);
  return { schema, flavors, models: models.items, endpoints: endpoints.items };
}

export function endpointChoices(parts: IEndpointParts, trans: TranslationBundle): Choices {
  return {
    flavors: parts.flavors.map(flavor => ({ value: flavor.id, label: flavorLabel(flavor, trans) })),
    endpoints: parts.endpoints
      .filter(endpoint => endpoint.endpointStatusCode !== 'DELETE_IN_PROGRESS')
      .map(endpoint => ({ value: endpoint.endpointId, label: endpoint.endpointName }))
  };
}

/** The autoscaler's settings are asked for where it is on. */
export function isStageFieldVisible(name: string, data: FormData): boolean {
  if (name.startsWith('caScaleDown') && name !== 'caScaleDownEnable') {
    return data.caEnable === true && data.caScaleDownEnable !== false;
  }
  return !name.startsWith('ca') || name === 'caEnable' || data.caEnable === true;
}
