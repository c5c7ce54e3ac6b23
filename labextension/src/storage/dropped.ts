/** The files of a drop, those in dropped directories included. */

export interface IUpload {
  /** Below the directory they are dropped on: `images/1.png`. */
  path: string;
  file: File;
}

export async function droppedFiles(data: DataTransfer): Promise<IUpload[]> {
  // Entries must be taken before anything is awaited: the browser empties the list then.
  const entries = [...data.items]
    .map(item => item.webkitGetAsEntry())
    .filter((entry): entry is FileSystemEntry => entry !== null);
  const found = await Promise.all(entries.map(entry => filesOf(entry, '')));
  return found.flat();
}

async function filesOf(entry: FileSystemEntry, above: string): Promise<IUpload[]> {
  const path = above ? `${above}/${entry.name}` : entry.name;
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) =>
      (entry as FileSystemFileEntry).file(resolve, reject)
    );
    return [{ path, file }];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const all: IUpload[] = [];
  for (;;) {
    // It hands out some at a time, and none at the end.
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject)
    );
    if (some.length === 0) {
      return all;
    }
    all.push(...(await Promise.all(some.map(each => filesOf(each, path)))).flat());
  }
}
