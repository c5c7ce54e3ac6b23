/** What people do to private images, from wherever they do it. */

import React from 'react';

import { attempt, confirmed } from './confirmation';
import type { IApp } from './app';
import { EditForm } from './components/EditForm';
import { openModal } from './components/modal';
import { PrivateImageForm } from './form';
import type { IPrivateImage } from './privateImageTypes';

export function createPrivateImage(app: IApp): void {
  openModal(app, app.trans.__('New private image'), close => (
    <PrivateImageForm
      model={app.model}
      trans={app.trans}
      onCancel={close}
      onCreated={image => {
        close();
        app.open({ page: 'private-image', id: image.imageId });
      }}
    />
  ));
}

export function editPrivateImage(app: IApp, image: IPrivateImage): void {
  openModal(app, app.trans.__('Edit private image'), close => (
    <EditForm
      initial={{ name: image.imageName, description: image.description, tagList: image.tagList }}
      nameField="imageName"
      close={close}
      save={({ name, description, tagList }) =>
        app.model.client.privateImages.update(image.imageId, {
          imageName: name,
          description,
          tagList
        })
      }
    />
  ));
}

/** What is in the way is named in the refusal. */
export async function deletePrivateImage(app: IApp, image: IPrivateImage): Promise<boolean> {
  const { trans } = app;
  const sure = await confirmed(
    app,
    trans.__('Delete “%1”?', image.imageName),
    trans.__('It can no longer be chosen here. In its registry the image stays.'),
    trans.__('Delete')
  );
  return (
    sure &&
    attempt(app, trans.__('The private image could not be deleted'), () =>
      app.model.client.privateImages.delete(image.imageId)
    )
  );
}
