/** What a notebook was made of. */

import React from 'react';

import { useApp } from '../app';
import { CopyText, Field, Group, TagList, UriText } from '../components/Fields';
import { Ago } from '../components/Times';
import { aboutImage } from '../form/labels';
import { dateTime, duration, integer, machine } from '../format';
import type { INotebook } from '../notebookTypes';

export function NotebookSettings({ notebook }: { notebook: INotebook }): JSX.Element {
  const { trans, locale } = useApp();
  const { flavor, image } = notebook;
  const size = (gigabytes: number): string => trans.__('%1 GB', integer(gigabytes, locale));
  const active = notebook.notebookStatusCode === 'ACTIVE';
  return (
    <div className="em-Groups">
      <Group title={trans.__('Image')}>
        <Field name={trans.__('Image')}>{image.imageName}</Field>
        <Field name={trans.__('Contains')}>{aboutImage(image)}</Field>
      </Group>
      <Group title={trans.__('Instance')}>
        <Field name={trans.__('Instance type')}>
          {flavor.name} ({machine(flavor, trans, locale)})
        </Field>
        <Field name={trans.__('Stopped when idle for')}>
          {flavor.idleMinutes ? duration(flavor.idleMinutes * 60, trans) : trans.__('Never')}
        </Field>
        <Field name={trans.__('State')}>{notebook.notebookStatusReason}</Field>
      </Group>
      <Group title={trans.__('Storage')}>
        <Field name={trans.__('Boot storage')}>
          {size(notebook.bootStorage.storageSize)} · {trans.__('fresh at every start')}
        </Field>
        {notebook.dataStorageList.map(storage => (
          <Field key={storage.mountPath} name={trans.__('Data storage')}>
            {size(storage.storageSize)} · <code>{storage.mountPath}</code>
          </Field>
        ))}
        {notebook.nasList.map(mount => (
          <Field key={mount.mountDirectoryName} name={mount.mountDirectoryName}>
            <UriText uri={mount.nasUri} />
          </Field>
        ))}
      </Group>
      <Group title={trans.__('About')}>
        <Field name={trans.__('Owner')}>{notebook.owner}</Field>
        <Field name={trans.__('Started')}>
          {active && notebook.startedDatetime && dateTime(notebook.startedDatetime, locale)}
        </Field>
        <Field name={trans.__('Last used')}>
          {notebook.lastActivityDatetime && <Ago iso={notebook.lastActivityDatetime} />}
        </Field>
        <Field name={trans.__('Tags')}>
          {notebook.tagList.length > 0 && <TagList tags={notebook.tagList} />}
        </Field>
        <Field name={trans.__('ID')}>
          <CopyText text={notebook.notebookId} />
        </Field>
      </Group>
    </div>
  );
}
