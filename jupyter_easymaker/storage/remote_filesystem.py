"""``s3://`` and whatever else an operator allows that fsspec has a filesystem for."""

from __future__ import annotations

import errno
import hashlib
import inspect
import os
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import fsspec

from .config import secret
from .copying import Counter
from .failures import explain, human_bytes
from .place import PARTIAL, Entry, Place
from .tree import File, Tree
from .uri import Location, StorageError, StorageErrorCode, check_path, is_path

_CHUNK = 16 * 1024**2
_TRIES = 5
_MODE = 0o644
_FINAL = (FileNotFoundError, FileExistsError, PermissionError, IsADirectoryError, NotADirectoryError)


class RemotePlace(Place):
    """A file or directory in a filesystem of fsspec.

    Args:
        options: the filesystem's, and "buckets", the only ones that may be used.
    """

    remote = True
    threads = 8

    def __init__(self, uri: str, location: Location, options: dict[str, Any]) -> None:
        self.uri = uri
        allowed = options.get("buckets")
        if allowed is not None and location.authority not in allowed:
            raise StorageError(
                StorageErrorCode.NOT_CONFIGURED,
                f"{uri} cannot be reached: the project has no such bucket (it has: {', '.join(allowed) or 'none'})",
            )
        self._bucket = location.authority
        self._path = f"{location.authority}/{location.path}" if location.path else location.authority
        with self._explained():
            self._files = _filesystem(location.scheme, options)

    @contextmanager
    def _explained(self, uri: str = "") -> Iterator[None]:
        """Turn a filesystem's error into a StorageError; each has exceptions of its own for what is no OSError."""
        try:
            yield
        except StorageError:
            raise
        except OSError as error:
            if error.errno is None and isinstance(error, _FINAL):
                error.errno = errno.EACCES if isinstance(error, PermissionError) else errno.ENOENT
                error.strerror = str(error)
            raise explain(error, uri or self.uri) from None
        except Exception as error:
            raise StorageError(
                StorageErrorCode.FAILED, f"{uri or self.uri} cannot be reached: {type(error).__name__}; try again"
            ) from None

    def exists(self) -> bool:
        with self._explained():
            return bool(self._patiently(lambda: self._files.exists(self._path)))

    def is_dir(self) -> bool:
        with self._explained():
            return bool(self._patiently(lambda: self._files.isdir(self._path)))

    def entries(self) -> list[Entry]:
        with self._explained():
            found = self._patiently(lambda: self._files.ls(self._path, detail=True))
        entries = {}
        for info in found:
            name = info["name"].rstrip("/").rpartition("/")[2]
            directory = info["type"] == "directory"
            if name and info["name"].strip("/") != self._path.strip("/"):
                entries[name] = Entry(name, directory, None if directory else info["size"], _modified(info) or None)
        return sorted(entries.values())

    def _list(self, exclude: frozenset[str]) -> Tree:
        with self._explained():
            if self._patiently(lambda: self._files.isfile(self._path)):
                info = self._files.info(self._path)
                return Tree([_file(self._path.rpartition("/")[2], info)], [], [], [])
            found = self._patiently(lambda: self._files.find(self._path, detail=True))
        if not found and not self.is_dir():
            raise StorageError.not_found(self.uri)
        tree = Tree([], [], [], [])
        directories: set[str] = set()
        for path, info in found.items():
            name = path.strip("/").removeprefix(self._path.strip("/")).lstrip("/")
            if not name:
                continue
            try:
                check_path(name, name)
            except StorageError as error:
                tree.problems.append(f"the object {error.message}")
                continue
            parts = name.rstrip("/").split("/")
            if exclude.intersection(parts):
                tree.excluded.append(name)
                continue
            is_directory = info["type"] == "directory" or path.endswith("/")
            above = len(parts) if is_directory else len(parts) - 1
            directories.update("/".join(parts[:depth]) for depth in range(1, above + 1))
            if not is_directory:
                tree.files.append(_file(name, info))
        tree.files.sort()
        tree.directories.extend(sorted(directories))
        return tree

    def find(self, wanted: Callable[[str], bool], look_at: int) -> list[File]:
        if not self.is_dir():
            raise StorageError.not_found(self.uri)
        found: list[File] = []
        seen = 0
        with self._explained():
            for _, directories, files in self._files.walk(self._path, detail=True, on_error="raise"):
                seen += len(directories) + len(files)
                if seen > look_at:
                    raise self.too_many(look_at)
                for name, info in files.items():
                    relative = info["name"].strip("/").removeprefix(self._path.strip("/")).lstrip("/")
                    if wanted(name) and is_path(relative):
                        found.append(_file(relative, info))
        return sorted(found)

    def check_writable(self) -> None:
        with self._explained():
            if self._bucket and not self._patiently(lambda: self._files.exists(self._bucket)):
                raise StorageError(
                    StorageErrorCode.NOT_FOUND,
                    f"{self.uri}: the bucket {self._bucket} does not exist; create it, or correct the path",
                )
            if self._files.isfile(self._path):
                raise StorageError(StorageErrorCode.EXISTS, f"{self.uri} is a file; a directory is needed")

    def fetch(self, file: File, target: str, mode: int, counter: Counter) -> None:
        if os.path.exists(target):
            counter.add(1, file.size)  # it was finished before the copy was interrupted
            return
        part = target + PARTIAL
        descriptor = os.open(part, os.O_RDWR | os.O_CREAT, mode | 0o600)
        try:
            done = os.fstat(descriptor).st_size
            done = done - done % _CHUNK if done <= file.size else 0
            os.ftruncate(descriptor, done)
            counter.add(0, done)
            while done < file.size:
                end = min(done + _CHUNK, file.size)
                data = self._piece(file.path, done, end, f"{self.uri}/{file.name}")
                if len(data) != end - done:
                    raise StorageError(
                        StorageErrorCode.FAILED,
                        f"{self.uri}/{file.name} changed while it was copied (it had {human_bytes(file.size)}); "
                        "run again when nothing writes to it",
                    )
                written = os.pwrite(descriptor, data, done)
                if written != len(data):
                    raise OSError(errno.ENOSPC, "No space left on device", part)
                done = end
                counter.add(0, len(data))
            os.utime(descriptor, ns=(file.mtime_ns, file.mtime_ns))
            os.fchmod(descriptor, stat.S_IMODE(os.fstat(descriptor).st_mode) & mode)
        finally:
            os.close(descriptor)
        os.rename(part, target)
        counter.add(1, 0)

    def _piece(self, path: str, start: int, end: int, uri: str) -> bytes:
        with self._explained(uri):
            data: bytes = self._patiently(lambda: self._files.cat_file(path, start=start, end=end))
        return data

    def prepare(self, tree: Tree) -> None:
        holding = {file.name.rpartition("/")[0] for file in tree.files} | {
            name.rpartition("/")[0] for name in tree.directories
        }
        for name in tree.directories:
            if name not in holding:
                with self._explained():
                    self._patiently(lambda name=name: self._files.pipe_file(f"{self._path}/{name}/", b""))

    def store(self, file: File, counter: Counter) -> None:
        target = f"{self._path}/{file.name}"
        with self._explained(f"{self.uri}/{file.name}"):
            there = self._info(target)
            if there is None:
                try:
                    self._patiently(
                        lambda: self._files.put_file(file.path, target, **self._creating(self._files.put_file))
                    )
                except FileExistsError:
                    there = self._info(target)
            if there is not None and not self._same(file, target, there):
                raise self.exists_differently(file.name)
        counter.add(1, file.size)

    def write(self, name: str, data: bytes) -> None:
        target = f"{self._path}/{name}"
        with self._explained(f"{self.uri}/{name}"):
            if self._info(target) is None:
                try:
                    creating = self._creating(self._files.pipe_file)
                    self._patiently(lambda: self._files.pipe_file(target, data, **creating))
                    return
                except FileExistsError:
                    pass
            if self._files.cat_file(target) != data:
                raise self.exists_differently(name)

    def remove(self) -> None:
        with self._explained():
            if self._info(self._path) is not None:
                self._patiently(lambda: self._files.rm(self._path, recursive=True))

    def size(self) -> int:
        with self._explained():
            return int(self._files.info(self._path)["size"])

    def read(self) -> Iterator[bytes]:
        size = self.size()
        for start in range(0, size, _CHUNK):
            yield self._piece(self._path, start, min(start + _CHUNK, size), self.uri)

    def _info(self, path: str) -> dict[str, Any] | None:
        try:
            info: dict[str, Any] = self._patiently(lambda: self._files.info(path))
        except FileNotFoundError:
            return None
        return info

    def _same(self, file: File, target: str, there: dict[str, Any]) -> bool:
        if there["type"] == "directory" or there["size"] != file.size:
            return False
        with open(file.path, "rb") as opened:
            etag = str(there.get("ETag", "")).strip('"')
            if len(etag) == 32 and hashlib.file_digest(opened, "md5").hexdigest() == etag:
                return True
            opened.seek(0)
            for start in range(0, file.size, _CHUNK):
                if self._files.cat_file(target, start=start, end=start + _CHUNK) != opened.read(_CHUNK):
                    return False
        return True

    def _creating(self, function: Any) -> dict[str, str]:
        """Return the argument by which a filesystem that can refuses to overwrite by itself."""
        own = getattr(self._files, f"_{function.__name__}", function)
        return {"mode": "create"} if "mode" in inspect.signature(own).parameters else {}

    @staticmethod
    def _patiently(action: Any) -> Any:
        for attempt in range(_TRIES):
            try:
                return action()
            except _FINAL:
                raise
            except Exception:
                if attempt + 1 == _TRIES:
                    raise
                time.sleep(0.25 * 2**attempt)
        raise AssertionError("unreachable")


def _filesystem(scheme: str, options: dict[str, Any]) -> Any:
    given = {
        name: secret(value) if isinstance(value, dict) and set(value) in ({"env"}, {"file"}) else value
        for name, value in options.items()
        if name != "buckets"
    }
    try:
        return fsspec.filesystem(scheme, **{"use_listings_cache": False, **given})
    except (ImportError, ValueError) as error:
        extra = "; install jupyter-easymaker[s3]" if scheme in ("s3", "s3a") else ""
        raise StorageError(StorageErrorCode.NOT_CONFIGURED, f"{scheme}:// needs a package: {error}{extra}") from None


def _file(name: str, info: dict[str, Any]) -> File:
    etag = str(info.get("ETag") or info.get("etag") or info.get("md5Hash") or info.get("checksum") or "")
    return File(name, info["name"], info["size"], round(_modified(info) * 1e9), _MODE, etag.strip('"'))


def _modified(info: dict[str, Any]) -> float:
    for key in ("LastModified", "last_modified", "mtime", "updated", "created"):
        value = info.get(key)
        if isinstance(value, datetime):
            return value.timestamp()
        if isinstance(value, int | float):
            return float(value)
    return 0.0
