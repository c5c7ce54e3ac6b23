/** One private image: where it lies, what it is made from, and whether its registry hands it out. */

import { checkIcon, deleteIcon, editIcon } from '@jupyterlab/ui-components';
import React from 'react';

import { useApp, useHost } from '../app';
import { Button, LinkButton } from '../components/Button';
import { DetailFrame, DetailHeader } from '../components/DetailPage';
import { CopyText, Field, Group, TagList } from '../components/Fields';
import { Ago } from '../components/Times';
import { aboutImage } from '../form/labels';
import { useOne } from '../hooks';
import { imageIcon } from '../icons';
import { groupTypeLabel } from '../imageWords';
import { deletePrivateImage, editPrivateImage } from '../privateImageActions';
import type { IPrivateImage } from '../privateImageTypes';
import { RegistryCheck, useCheck } from './RegistryCheck';

export function PrivateImageDetail(props: { id: string }): JSX.Element {
  const { model, trans } = useApp();
  const loaded = useOne(model.client.privateImages, props.id);
  return (
    <DetailFrame
      icon={imageIcon}
      loaded={loaded}
      nameOf={image => image.imageName}
      gone={trans.__('This private image no longer exists')}
    >
      {image => <Content image={image} />}
    </DetailFrame>
  );
}

function Content({ image }: { image: IPrivateImage }): JSX.Element {
  const app = useApp();
  const host = useHost();
  const check = useCheck();
  const { trans, model } = app;
  const account = image.registryAccount;
  const remove = async (): Promise<void> => {
    if (await deletePrivateImage(app, image)) {
      host.close();
    }
  };
  return (
    <>
      <DetailHeader
        icon={imageIcon}
        name={image.imageName}
        description={image.description}
        facts={[
          groupTypeLabel(app, image.groupTypeCode),
          <>
            {trans.__('Created')} <Ago iso={image.createdDatetime} />
            {image.createdBy && ` ${trans.__('by %1', image.createdBy)}`}
          </>
        ]}
        actions={
          <>
            <Button
              icon={checkIcon}
              label={trans.__('Check')}
              caption={trans.__('Ask its registry whether it is there and can be pulled')}
              disabled={check.checking}
              onClick={() => check.check(() => model.client.privateImages.check(image.imageId))}
            />
            <Button
              icon={editIcon}
              label={trans.__('Edit')}
              caption={trans.__('Change name, description and tags')}
              onClick={() => editPrivateImage(app, image)}
            />
            <Button icon={deleteIcon} label={trans.__('Delete')} onClick={() => void remove()} />
          </>
        }
      />
      <RegistryCheck
        of={check}
        good={trans.__('The registry has it, hands it out, and it is built from what it says.')}
      />
      <div className="em-TabPanel">
        <div className="em-Groups">
          <Group title={trans.__('Image')}>
            <Field name={trans.__('Address')}>
              <CopyText text={image.address} />
            </Field>
            <Field name={trans.__('Made from')}>{image.baseImageId}</Field>
            <Field name={trans.__('Contains')}>{aboutImage(image)}</Field>
            <Field name={trans.__('Registry account')}>
              {account && (
                <LinkButton
                  label={account.registryAccountName}
                  onClick={() =>
                    app.open({ page: 'registry-account', id: account.registryAccountId })
                  }
                />
              )}
            </Field>
          </Group>
          <Group title={trans.__('About')}>
            <Field name={trans.__('Tags')}>
              {image.tagList.length > 0 && <TagList tags={image.tagList} />}
            </Field>
            <Field name={trans.__('ID')}>
              <CopyText text={image.imageId} />
            </Field>
          </Group>
        </div>
      </div>
    </>
  );
}
