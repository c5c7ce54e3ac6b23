/** Where in a storage a path lies: URIs taken apart for people to walk in. */

import type { IStorage } from './types';

export interface ICrumb {
  title: string;
  /** null: the list of storages. */
  uri: string | null;
}

/** The storage a URI lies in: the one with the longest top that it begins with. */
export function storageOf(uri: string, storages: IStorage[]): IStorage | null {
  const holding = storages.filter(storage => `${uri}/`.startsWith(storage.uri));
  holding.sort((a, b) => b.uri.length - a.uri.length);
  return holding[0] ?? null;
}

/** The way from the storages to a directory. */
export function crumbsOf(uri: string | null, storages: IStorage[], start: string): ICrumb[] {
  const crumbs: ICrumb[] = [{ title: start, uri: null }];
  const storage = uri === null ? null : storageOf(uri, storages);
  if (uri === null || !storage) {
    return crumbs;
  }
  crumbs.push({ title: storage.title, uri: storage.uri });
  let at = storage.uri;
  for (const name of uri.slice(storage.uri.length).split('/').filter(Boolean)) {
    at = joined(at, name);
    crumbs.push({ title: name, uri: at });
  }
  return crumbs;
}

export function joined(directory: string, name: string): string {
  return directory.endsWith('/') ? `${directory}${name}` : `${directory}/${name}`;
}

/** The URI one part shorter, whatever storage it may lie in; null when nothing but its authority is left. */
export function aboveOf(uri: string): string | null {
  const [, top, path] = /^([a-z0-9]+:\/\/[^/]*\/)(.*?)\/?$/.exec(uri) ?? [];
  if (!path) {
    return null;
  }
  const cut = path.lastIndexOf('/');
  return cut < 0 ? top : `${top}${path.slice(0, cut)}`;
}

/** The directory a path lies in; null above a storage's top. */
export function parentOf(uri: string, storages: IStorage[]): string | null {
  const crumbs = crumbsOf(uri, storages, '');
  return crumbs.length > 1 ? crumbs[crumbs.length - 2].uri : null;
}

/** What a file is called from a directory; null when it does not lie below it. */
export function relativeTo(directory: string, uri: string): string | null {
  const base = directory.endsWith('/') ? directory : `${directory}/`;
  return uri.startsWith(base) ? uri.slice(base.length) : null;
}
