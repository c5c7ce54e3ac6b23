/** The project's private images. */

import { addIcon, deleteIcon, editIcon } from '@jupyterlab/ui-components';
import React from 'react';

import { IApp, useApp } from '../app';
import { Button, IconButton, LinkButton } from '../components/Button';
import { ListPage } from '../components/ListPage';
import type { IColumn } from '../components/Table';
import { Ago } from '../components/Times';
import { imageIcon, registryAccountIcon } from '../icons';
import { groupTypeLabel } from '../imageWords';
import { createPrivateImage, deletePrivateImage, editPrivateImage } from '../privateImageActions';
import type { GroupType, IPrivateImage } from '../privateImageTypes';

const PRIVATE = { imageTypeCodeList: ['PRIVATE'] };

export function PrivateImageList(): JSX.Element {
  const app = useApp();
  const { trans, model } = app;
  const newButton = (
    <Button
      kind="accept"
      icon={addIcon}
      label={trans.__('New private image')}
      onClick={() => createPrivateImage(app)}
    />
  );
  return (
    <ListPage
      title={trans.__('Private images')}
      api={model.client.privateImages}
      fixed={PRIVATE}
      columns={() => columns(app)}
      idOf={image => image.imageId}
      onOpen={image => app.open({ page: 'private-image', id: image.imageId })}
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
          {newButton}
        </>
      }
      empty={{
        icon: imageIcon,
        title: trans.__('No private images yet'),
        text: trans.__(
          'A private image is built from a provided one and lies in a registry of yours. Notebooks, trainings and tunings can run in it.'
        ),
        action: newButton
      }}
    />
  );
}

function columns(app: IApp): IColumn<IPrivateImage>[] {
  const { trans } = app;
  return [
    {
      key: 'name',
      title: trans.__('Name'),
      sort: 'imageName',
      render: image => (
        <>
          <LinkButton
            label={image.imageName}
            onClick={() => app.open({ page: 'private-image', id: image.imageId })}
          />
          <div className="em-mod-second">{image.description || image.address}</div>
        </>
      )
    },
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
    },
    {
      key: 'created',
      title: trans.__('Created'),
      sort: 'createdDatetime',
      optional: 3,
      render: image => <Ago iso={image.createdDatetime} />
    },
    {
      key: 'actions',
      title: '',
      align: 'end',
      render: image => (
        <span className="em-RowActions">
          <IconButton
            icon={editIcon}
            label={trans.__('Edit %1', image.imageName)}
            onClick={() => editPrivateImage(app, image)}
          />
          <IconButton
            icon={deleteIcon}
            label={trans.__('Delete %1', image.imageName)}
            onClick={() => void deletePrivateImage(app, image)}
          />
        </span>
      )
    }
  ];
}
