/** The project's private images. */

import React from 'react';

import { IApp, useApp } from '../app';
import { Button, LinkButton } from '../components/Button';
import { ListPage } from '../components/ListPage';
import { RowButtons } from '../components/RowButtons';
import type { IColumn } from '../components/Table';
import { imageIcon, registryAccountIcon } from '../icons';
import { groupTypeLabel } from '../imageWords';
import { createPrivateImage, deletePrivateImage, editPrivateImage } from '../privateImageActions';
import type { GroupType, IPrivateImage } from '../privateImageTypes';

const PRIVATE = { imageTypeCodeList: ['PRIVATE'] };

export function PrivateImageList(): JSX.Element {
  const app = useApp();
  const { trans, model } = app;
  return (
    <ListPage
      title={trans.__('Private images')}
      api={model.client.privateImages}
      fixed={PRIVATE}
      columns={() => columns(app)}
      idOf={image => image.imageId}
      page="private-image"
      nameOf={image => image.imageName}
      nameField="imageName"
      second={image => image.description || image.address}
      filter={{
        label: trans.__('Type'),
        options: [
          { key: 'all', title: trans.__('All types'), query: {} },
          ...(['NOTEBOOK', 'TRAINING'] as GroupType[]).map(type => ({
            key: type,
            title: groupTypeLabel(app, type),
            query: { groupTypeCodeList: [type] }
          }))
        ]
      }}
      actions={
        <>
          <Button
            icon={registryAccountIcon}
            label={trans.__('Registry accounts')}
            onClick={() => app.open({ page: 'registry-accounts' })}
          />
        </>
      }
      create={{ label: trans.__('New private image'), onClick: () => createPrivateImage(app) }}
      createdOptional={3}
      rowActions={image => (
        <RowButtons
          name={image.imageName}
          onEdit={() => editPrivateImage(app, image)}
          onDelete={() => deletePrivateImage(app, image)}
        />
      )}
      empty={{
        icon: imageIcon,
        title: trans.__('No private images yet'),
        text: trans.__(
          'A private image is built from a provided one and lies in a registry of yours. Notebooks, trainings and tunings can run in it.'
        )
      }}
    />
  );
}

function columns(app: IApp): IColumn<IPrivateImage>[] {
  const { trans } = app;
  return [
    {
      key: 'type',
      title: trans.__('Type'),
      render: image => groupTypeLabel(app, image.groupTypeCode)
    },
    {
      key: 'base',
      title: trans.__('Made from'),
      optional: 2,
      render: image => image.baseImageId
    },
    {
      key: 'account',
      title: trans.__('Registry account'),
      optional: 1,
      render: ({ registryAccount: account }) =>
        account && (
          <LinkButton
            label={account.registryAccountName}
            onClick={() => app.open({ page: 'registry-account', id: account.registryAccountId })}
          />
        )
    }
  ];
}
