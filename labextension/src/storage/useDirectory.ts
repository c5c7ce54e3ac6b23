/** The state of walking through storages: where one is, what is there, and what is being sent there. */

import React from 'react';

import type { EasyMakerClient } from '../client';
import { isAbort } from '../errors';
import type { IUpload } from './dropped';
import { aboveOf, joined } from './paths';
import type { IEntry, IStorage, ISystemAccount } from './types';

/** Entries asked for at once. */
const LIMIT = 500;

export interface IDirectory {
  storages: IStorage[];
  account: ISystemAccount | null;
  /** null: the list of storages. */
  uri: string | null;
  entries: IEntry[] | null;
  total: number;
  error: unknown;
  /** What is being sent, in order. */
  sending: { done: number; total: number; name: string } | null;
  go(uri: string | null): void;
  more(): void;
  send(files: IUpload[]): void;
}

interface IListing {
  uri: string | null;
  entries: IEntry[] | null;
  total: number;
}

export function useDirectory(client: EasyMakerClient, start: string | null): IDirectory {
  const [storages, setStorages] = React.useState<{
    list: IStorage[];
    account: ISystemAccount | null;
  } | null>(null);
  const [listing, setListing] = React.useState<IListing>({ uri: start, entries: null, total: 0 });
  const [error, setError] = React.useState<unknown>(null);
  const [sending, setSending] = React.useState<IDirectory['sending']>(null);
  const flight = React.useRef(new AbortController());
  const upload = React.useRef(new AbortController());

  const show = React.useCallback(
    (uri: string | null, before: IEntry[] = [], orAbove = false) => {
      flight.current.abort();
      flight.current = new AbortController();
      const { signal } = flight.current;
      setError(null);
      setListing(old => ({ uri, entries: old.uri === uri ? old.entries : null, total: 0 }));
      if (uri === null) {
        return;
      }
      client.storages.entries(uri, before.length, LIMIT, signal).then(
        found =>
          setListing({
            uri,
            entries: [...before, ...found.entryList],
            total: found.totalCount
          }),
        (refused: unknown) => {
          if (isAbort(refused) || signal.aborted) {
            return;
          }
          const above = orAbove ? aboveOf(uri) : null;
          if (above !== null) {
            show(above, [], true);
          } else {
            setError(refused);
            setListing({ uri, entries: [], total: 0 });
          }
        }
      );
    },
    [client]
  );

  React.useEffect(() => {
    client.storages
      .list()
      .then(({ storages: list, account }) => setStorages({ list, account }), setError);
    show(start, [], true); // what is only to be written need not be there yet
    return () => {
      flight.current.abort();
      upload.current.abort();
    };
  }, [client, show, start]);

  const send = (files: IUpload[]): void => {
    const { uri } = listing;
    if (uri === null || sending || files.length === 0) {
      return;
    }
    upload.current = new AbortController();
    const { signal } = upload.current;
    const all = async (): Promise<void> => {
      for (const [done, { path, file }] of files.entries()) {
        setSending({ done, total: files.length, name: path });
        await client.storages.upload(joined(uri, path), file, signal);
      }
    };
    setError(null);
    all()
      .then(
        () => show(uri),
        (refused: unknown) => {
          if (!signal.aborted) {
            show(uri);
            setError(refused); // after what was listed: those before it are there
          }
        }
      )
      .finally(() => !signal.aborted && setSending(null));
  };

  return {
    storages: storages?.list ?? [],
    account: storages?.account ?? null,
    uri: listing.uri,
    entries: listing.uri === null ? (storages ? [] : null) : listing.entries,
    total: listing.total,
    error,
    sending,
    go: show,
    more: () => show(listing.uri, listing.entries ?? []),
    send
  };
}
