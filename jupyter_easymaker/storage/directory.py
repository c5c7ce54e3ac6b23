"""A storage that is a directory of this machine: a NAS, a home, or a directory that stands in for an object storage."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from .copying import Counter, copy_file, place_file, same_content
from .failures import explain, explained
from .place import Entry, Place
from .tree import File, Tree, is_inside, scan
from .uri import StorageError, StorageErrorCode

_CHUNK = 1024**2


@dataclass(frozen=True)
class DirectoryPlace(Place):
    """Where a URI lies on this machine. ``path`` has no symbolic links and lies in ``root``."""

    uri: str
    root: str
    path: str
    mount: str
    """The directory that is there whenever the storage is; all below it may be made."""

    def exists(self) -> bool:
        return os.path.exists(self.path)

    def is_dir(self) -> bool:
        return os.path.isdir(self.path)

    def entries(self) -> list[Entry]:
        found: list[Entry] = []
        with explained(self.uri), os.scandir(self.path) as entries:
            for entry in entries:
                if entry.is_symlink() and not is_inside(os.path.realpath(entry.path), self.root):
                    continue  # leads out of the storage: it cannot be used
                try:
                    status = entry.stat()
                except FileNotFoundError:  # a link to nothing, or gone since
                    continue
                directory = entry.is_dir()
                found.append(Entry(entry.name, directory, None if directory else status.st_size, status.st_mtime))
        return sorted(found)

    def _list(self, exclude: frozenset[str]) -> Tree:
        if not self.exists():
            raise StorageError.not_found(self.uri)
        with explained(self.uri):
            return scan(self.path, self.root, exclude)

    def find(self, wanted: Callable[[str], bool], look_at: int) -> list[File]:
        if not self.exists():
            raise StorageError.not_found(self.uri)
        found: list[File] = []
        seen = 0

        def refused(error: OSError) -> None:
            if error.filename == self.path:  # not that of somebody else's directory below
                raise explain(error, self.uri)

        for directory, directories, files in os.walk(self.path, onerror=refused):
            seen += len(directories) + len(files)
            if seen > look_at:
                raise self.too_many(look_at)
            for name in filter(wanted, files):
                path = os.path.join(directory, name)
                try:
                    status = os.lstat(path)
                except FileNotFoundError:  # gone since
                    continue
                if stat.S_ISREG(status.st_mode):
                    relative = os.path.relpath(path, self.path)
                    found.append(File(relative, path, status.st_size, status.st_mtime_ns, status.st_mode))
        return sorted(found)

    def make_directory(self, relative: str = "") -> str:
        """Make a directory below (or this one) and all above it; return its path.

        Raises:
            StorageError: the storage is not there, a link leads out of it, a file is in the way, or it is full.
        """
        self._require_mount()
        directory = os.path.join(self.path, relative) if relative else self.path
        with explained(self.uri):
            try:
                os.makedirs(directory, exist_ok=True)
            except (FileExistsError, NotADirectoryError) as error:
                raise StorageError(
                    StorageErrorCode.EXISTS, f"{self.uri}: a file is where the directory {directory} would be"
                ) from error
        if not is_inside(os.path.realpath(directory), self.root):
            raise leaves(self.uri)
        return directory

    def check_writable(self) -> None:
        self._require_mount()
        there = self.path
        while not os.path.lexists(there):
            there = os.path.dirname(there)
        if not os.path.isdir(there):
            raise StorageError(StorageErrorCode.EXISTS, f"{self.uri}: {there} is a file; a directory is needed")
        if not os.access(there, os.W_OK | os.X_OK):
            raise StorageError(
                StorageErrorCode.PERMISSION, f"{self.uri} may not be written to: {there}; ask its owner for permission"
            )

    def _require_mount(self) -> None:
        if not os.path.isdir(self.mount):
            raise StorageError(
                StorageErrorCode.NOT_CONFIGURED,
                f"The storage of {self.uri} is not there: {self.mount} is no directory (is it mounted?)",
            )

    def fetch(self, file: File, target: str, mode: int, counter: Counter) -> None:
        copy_file(file, target, mode, counter, f"{self.uri}/{file.name}")

    def prepare(self, tree: Tree) -> None:
        for name in ("", *tree.directories):
            self.make_directory(name)

    def store(self, file: File, counter: Counter) -> None:
        uri = f"{self.uri}/{file.name}"
        parent, _, name = file.name.rpartition("/")
        directory = os.path.join(self.path, parent)
        target = os.path.join(directory, name)
        if os.path.lexists(target) and same_content(file.path, target):
            counter.add(1, file.size)
            return
        # The same name at every try, so that what a crash left behind is overwritten and does not stay for ever.
        part = os.path.join(directory, f".easymaker-{hashlib.sha256(os.fsencode(name)).hexdigest()[:16]}.part")
        try:
            copy_file(file, part, 0o666 | (file.mode & 0o111), counter, uri)
            place_file(part, target, uri)
        finally:
            if os.path.lexists(part):
                os.unlink(part)

    def write(self, name: str, data: bytes) -> None:
        parent, _, base = name.rpartition("/")
        directory = self.make_directory(parent)
        # A name of its own: two writers of the same content must not write into one unfinished file.
        part = os.path.join(directory, f".easymaker-{os.urandom(8).hex()}.part")
        with explained(f"{self.uri}/{name}"):
            try:
                descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
                with os.fdopen(descriptor, "wb") as file:
                    file.write(data)
                place_file(part, os.path.join(directory, base), f"{self.uri}/{name}")
            finally:
                if os.path.lexists(part):
                    os.unlink(part)

    def remove(self) -> None:
        with explained(self.uri):
            if os.path.isdir(self.path):
                shutil.rmtree(self.path)

    def size(self) -> int:
        with explained(self.uri):
            return os.stat(self.path).st_size

    def read(self) -> Iterator[bytes]:
        with explained(self.uri), open(self.path, "rb") as file:
            while data := file.read(_CHUNK):
                yield data


def leaves(uri: str) -> StorageError:
    return StorageError(
        StorageErrorCode.INVALID, f"{uri} leads out of its storage through a symbolic link; use a path inside it"
    )
