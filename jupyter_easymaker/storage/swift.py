"""``obs://`` in an OpenStack Swift: an object, or the objects whose names begin alike, as a file or a directory."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

from swiftclient import client
from swiftclient.exceptions import ClientException

from .config import SwiftAccess
from .copying import Counter
from .place import Entry, Place
from .swift_account import PATIENT, SwiftAccount, account
from .swift_download import CHUNK, Download
from .swift_listing import SEGMENTS, file_from_headers, find, is_marker, list_tree, modified, objects
from .swift_login import BRIEF
from .swift_upload import Exists, Uploads
from .tree import File, Tree
from .uri import StorageError, StorageErrorCode


class SwiftPlace(Place):
    """An object or a directory of objects.

    Args:
        access: the system account.
        endpoint: as it stands in the URI.
        container: empty: the account as a whole, to be browsed only.
        path: in the container; empty: all of it.
    """

    remote = True
    threads = 10

    def __init__(self, uri: str, access: SwiftAccess, endpoint: str, container: str, path: str) -> None:
        self.uri = uri
        self._account: SwiftAccount = account(access, endpoint)
        self._container = container
        self._path = path
        self._uploads = Uploads(self._account, container, {})

    def _explained(self, uri: str = "", doing: str = "read") -> AbstractContextManager[None]:
        return self._account.explained(uri or self.uri, self._container, doing)

    def _name(self, relative: str) -> str:
        return f"{self._path}/{relative}" if self._path else relative

    def exists(self) -> bool:
        return self._head(BRIEF) is not None or self.is_dir()

    def is_dir(self) -> bool:
        with self._explained():
            if not self._container:
                self._account.call(client.head_account, tries=BRIEF)
                return True
            prefix = f"{self._path}/" if self._path else ""
            there = list(objects(self._account, self._container, prefix, tries=BRIEF, limit=1))
        return bool(there) or not self._path

    def _head(self, tries: int) -> dict[str, str] | None:
        """Return the headers of the object of this very name, None if there is none."""
        if not self._path:
            return None
        with self._explained():
            try:
                headers: dict[str, str] = self._account.call(
                    client.head_object, self._container, self._path, tries=tries
                )
            except ClientException as error:
                if error.http_status != 404:
                    raise
                return None
        return None if headers.get("content-type", "").startswith("application/directory") else headers

    def _is_known_object(self) -> bool:
        """Tell whether there is an object of this very name; who may write but not read cannot know."""
        try:
            return self._head(BRIEF) is not None
        except StorageError as error:
            if error.code is not StorageErrorCode.PERMISSION:
                raise
            return False

    def entries(self) -> list[Entry]:
        with self._explained():
            if not self._container:
                _, containers = self._account.call(client.get_account, full_listing=True, tries=BRIEF)
                return [Entry(each["name"], True, None, None) for each in containers]
            prefix = f"{self._path}/" if self._path else ""
            found: dict[str, Entry] = {}
            for line in objects(self._account, self._container, prefix, tries=BRIEF, delimiter="/"):
                if "subdir" in line:
                    name = line["subdir"][len(prefix) :].rstrip("/")
                    entry = Entry(name, True, None, None)
                else:
                    name = line["name"][len(prefix) :].rstrip("/")
                    directory = is_marker(line)
                    entry = Entry(name, directory, None if directory else line["bytes"], modified(line))
                if name and f"{name}/" != SEGMENTS and (name not in found or entry.directory):
                    found[name] = entry
        return sorted(found.values())

    def _list(self, exclude: frozenset[str]) -> Tree:
        headers = self._head(PATIENT)
        if headers is not None:
            return Tree([file_from_headers(self._path.rpartition("/")[2], self._path, headers)], [], [], [])
        with self._explained():
            tree = list_tree(self._account, self._container, self._path, exclude)
        if self._path and not (tree.files or tree.directories or tree.problems or tree.excluded) and not self.is_dir():
            raise StorageError.not_found(self.uri)
        return tree

    def find(self, wanted: Callable[[str], bool], look_at: int) -> list[File]:
        with self._explained():
            found = find(self._account, self._container, self._path, wanted, look_at)
        if found is None:
            raise self.too_many(look_at)
        return found

    def check_writable(self) -> None:
        if missing := self._account.missing_container(self.uri, self._container):
            raise missing
        if self._is_known_object():
            raise StorageError(StorageErrorCode.EXISTS, f"{self.uri} is an object; a directory is needed")
        with self._explained(doing="write"):
            try:
                # Deleting what cannot be there takes the right to write, and leaves no trace.
                name = self._name(f".easymaker-{os.urandom(16).hex()}")
                self._account.call(client.delete_object, self._container, name, tries=BRIEF)
            except ClientException as error:
                if error.http_status != 404:
                    raise

    def fetch(self, file: File, target: str, mode: int, counter: Counter) -> None:
        uri = f"{self.uri}/{file.name}"
        with self._explained(uri):
            Download(self._account, self._container, file, uri).to(target, mode, counter)

    def prepare(self, tree: Tree) -> None:
        with self._explained(doing="write"):
            try:
                prefix = f"{self._path}/" if self._path else ""
                there = {
                    line["name"]: line.get("slo_etag", line["hash"]).strip('"')
                    for line in objects(self._account, self._container, prefix, tries=PATIENT)
                }
            except ClientException as error:
                if error.http_status != 403:
                    raise
                there = {}  # may write but not read: then the storage says what is there, one by one
            self._uploads = Uploads(self._account, self._container, there)
            holding = {file.name.rpartition("/")[0] for file in tree.files} | {
                name.rpartition("/")[0] for name in tree.directories
            }
            for directory in tree.directories:
                if directory not in holding:
                    self._uploads.put_bytes(b"", f"{self._name(directory)}/", "application/directory")

    def store(self, file: File, counter: Counter) -> None:
        with self._explained(f"{self.uri}/{file.name}", "write"):
            try:
                self._uploads.put(file, self._name(file.name), counter)
            except Exists:
                raise self.exists_differently(file.name) from None

    def write(self, name: str, data: bytes) -> None:
        with self._explained(f"{self.uri}/{name}", "write"):
            try:
                self._uploads.put_bytes(data, self._name(name))
            except Exists:
                raise self.exists_differently(name) from None

    def remove(self) -> None:
        with self._explained(doing="write"):
            for line in objects(self._account, self._container, f"{self._path}/", tries=PATIENT):
                try:
                    # With the segments of a large object; of others it asks for nothing.
                    self._account.call(
                        client.delete_object,
                        self._container,
                        line["name"],
                        query_string="multipart-manifest=delete",
                        tries=PATIENT,
                    )
                except ClientException as error:
                    if error.http_status != 404:
                        raise

    def size(self) -> int:
        headers = self._head(BRIEF)
        if headers is None:
            raise StorageError.not_found(self.uri)
        return int(headers["content-length"])

    def read(self) -> Iterator[bytes]:
        with self._explained():
            options: dict[str, Any] = {"resp_chunk_size": CHUNK, "tries": BRIEF}
            _, body = self._account.call(client.get_object, self._container, self._path, **options)
            try:
                yield from body
            finally:
                self._account.forget_connection()
