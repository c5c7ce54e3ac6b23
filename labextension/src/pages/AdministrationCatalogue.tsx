/** What can be chosen from: the operator's instance types and images, for administrators. */

import React from 'react';

import { useCore } from '../app';
import { ErrorNotice, Loading } from '../components/Notice';
import { Table } from '../components/Table';
import { aboutImage } from '../form/labels';
import { duration, machine } from '../format';
import { useLoaded } from '../hooks';
import { groupTypeLabel } from '../imageWords';
import type { IChange } from '../model';
import type { IFlavor, IImage } from '../types';

interface ICatalogue {
  flavors: (IFlavor & { idleMinutes?: number })[];
  images: IImage[];
}

const nothing = (): void => undefined;

export function AdministrationCatalogue(): JSX.Element {
  const { model } = useCore();
  const ask = React.useCallback(
    async (signal: AbortSignal): Promise<ICatalogue> => {
      const { client } = model;
      const [flavors, images] = await Promise.all([
        client.request<{ flavorList: ICatalogue['flavors'] }>('flavors', { signal }),
        client.request<{ imageList: IImage[] }>('images', {
          query: { imageTypeCodeList: 'PROVIDED' },
          signal
        })
      ]);
      return { flavors: flavors.flavorList, images: images.imageList };
    },
    [model]
  );
  const relevant = React.useCallback((change: IChange) => change.all, []);
  const loaded = useLoaded(ask, relevant);
  if (!loaded.value) {
    return loaded.error === null ? (
      <Loading />
    ) : (
      <ErrorNotice error={loaded.error} onRetry={loaded.reload} />
    );
  }
  return (
    <>
      <Flavors flavors={loaded.value.flavors} />
      <Images images={loaded.value.images} />
    </>
  );
}

function Flavors({ flavors }: { flavors: ICatalogue['flavors'] }): JSX.Element {
  const { trans, locale } = useCore();
  const title = trans.__('Instance types');
  return (
    <section className="em-Group">
      <h3 className="em-Group-title">{title}</h3>
      <Table
        label={title}
        items={flavors}
        idOf={flavor => flavor.id}
        sort=""
        onSort={nothing}
        onOpen={nothing}
        columns={[
          { key: 'name', title: trans.__('Name'), render: flavor => flavor.name },
          {
            key: 'machine',
            title: trans.__('Contains'),
            render: flavor => machine(flavor, trans, locale)
          },
          {
            key: 'idle',
            title: trans.__('Stopped when idle for'),
            optional: 1,
            render: flavor =>
              flavor.idleMinutes ? duration(flavor.idleMinutes * 60, trans) : trans.__('Never')
          }
        ]}
      />
    </section>
  );
}

function Images({ images }: { images: IImage[] }): JSX.Element {
  const app = useCore();
  const { trans } = app;
  const title = trans.__('Provided images');
  return (
    <section className="em-Group">
      <h3 className="em-Group-title">{title}</h3>
      <Table
        label={title}
        items={images}
        idOf={image => image.imageId}
        sort=""
        onSort={nothing}
        onOpen={nothing}
        columns={[
          {
            key: 'name',
            title: trans.__('Name'),
            render: image => (
              <>
                {image.imageName}
                <div className="em-mod-second">{image.imageId}</div>
              </>
            )
          },
          {
            key: 'type',
            title: trans.__('Type'),
            render: image => groupTypeLabel(app, image.groupTypeCode)
          },
          {
            key: 'contains',
            title: trans.__('Contains'),
            optional: 1,
            render: image => aboutImage(image)
          }
        ]}
      />
    </section>
  );
}
