"""What every storage can do, whatever it is: look, list, give files and take files. One class per kind of storage.

Staging, uploading, checking and browsing are written against this alone.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from .copying import Counter
from .tree import File, Tree
from .uri import StorageError, StorageErrorCode, check_path


class Entry(NamedTuple):
    """One line of a directory's listing."""

    name: str
    directory: bool
    size: int | None
    """None: a directory, or not known."""
    modified: float | None
    """Seconds since the epoch."""


class Place(ABC):
    """A file or directory named by a URI, in a storage of one kind. All methods raise StorageError."""

    uri: str
    """Without a trailing slash."""
    remote = False
    """Reached over a network by requests: worth many at once, and worth keeping what an interrupted copy has."""
    threads = 8
    """How many files are copied at once."""

    @abstractmethod
    def exists(self) -> bool:
        """Tell whether something is there."""

    @abstractmethod
    def is_dir(self) -> bool:
        """Tell whether a directory is there."""

    @abstractmethod
    def entries(self) -> list[Entry]:
        """Return what is directly in this directory, by name."""

    @abstractmethod
    def _list(self, exclude: frozenset[str]) -> Tree:
        """Return all files below (or the one file), and in ``problems`` what cannot be copied.

        Raises:
            StorageError: NOT_FOUND, PERMISSION ...
        """

    @abstractmethod
    def find(self, wanted: Callable[[str], bool], look_at: int) -> list[File]:
        """Return the files below this directory whose own name is wanted. Links are not followed.

        What other people's files are called does not matter: names that are no paths are left out.

        Args:
            look_at: so many files and directories are looked at.

        Raises:
            StorageError: NOT_FOUND ..., or INVALID: there are more.
        """

    @abstractmethod
    def check_writable(self) -> None:
        """Refuse a directory that could not be made, or not be written into, as far as that can be told now."""

    @abstractmethod
    def fetch(self, file: File, target: str, mode: int, counter: Counter) -> None:
        """Copy one listed file to this machine, with its modification time.

        Args:
            target: a new file; what an interrupted copy left at its name and ``PARTIAL`` may be gone on with.
            mode: permission bits, before the umask.

        Raises:
            StorageError: FAILED, the file is not what it was when it was listed.
            OSError: the copy cannot be written.
        """

    @abstractmethod
    def prepare(self, tree: Tree) -> None:
        """Get ready to take a tree of local files: look what is there, make its directories."""

    @abstractmethod
    def store(self, file: File, counter: Counter) -> None:
        """Take one local file under its name; it appears complete, and the same content already there is left alone.

        Raises:
            StorageError: EXISTS, something different is there.
            OSError: the file cannot be read.
        """

    @abstractmethod
    def write(self, name: str, data: bytes) -> None:
        """Put a small file into this directory, as ``store`` does."""

    @abstractmethod
    def remove(self) -> None:
        """Remove this directory and all that is in it; nothing happens if it is not there."""

    @abstractmethod
    def size(self) -> int:
        """Return the bytes of this file."""

    @abstractmethod
    def read(self) -> Iterator[bytes]:
        """Return the content of this file, piece by piece."""

    def tree(self, exclude: frozenset[str] = frozenset()) -> Tree:
        """Return all files below (or the one file).

        Args:
            exclude: names of files and directories to leave out, wherever they are.

        Raises:
            StorageError: NOT_FOUND, PERMISSION, or INVALID when something below cannot be copied.
        """
        tree = self._list(exclude)
        if tree.problems:
            more = f" (and {len(tree.problems) - 1} more)" if len(tree.problems) > 1 else ""
            raise StorageError(StorageErrorCode.INVALID, f"{self.uri}: {tree.problems[0]}{more}")
        return tree

    def write_files(self, files: Mapping[str, bytes]) -> None:
        """Put small files into this directory; one that is there with the same content is left.

        Raises:
            StorageError: a name leaves the directory, a different file is there, or the storage refuses.
        """
        for name, data in files.items():
            relative = check_path(name, f"{self.uri}/{name}")
            if not relative.rpartition("/")[2]:
                raise StorageError(StorageErrorCode.INVALID, f"{self.uri}: a file without a name; give it one")
            self.write(relative, data)

    def too_many(self, look_at: int) -> StorageError:
        """Return the refusal to look at more."""
        return StorageError(
            StorageErrorCode.INVALID,
            f"{self.uri} holds more than {look_at:,} files and directories; choose a directory further down",
        )

    def exists_differently(self, name: str) -> StorageError:
        """Return the refusal to overwrite."""
        return StorageError(
            StorageErrorCode.EXISTS,
            f"{self.uri}/{name} exists already with other content and is not overwritten; "
            "choose another path or remove it",
        )


PARTIAL = ".easymaker-partial"
"""Behind the name of a file that is being fetched from a remote storage."""
