"""What lies below a directory: the list that staging copies, counts and takes fingerprints of."""

from __future__ import annotations

import os
import stat
from typing import NamedTuple


class File(NamedTuple):
    """One plain file."""

    name: str
    """Relative to the top, with ``/``."""
    path: str
    """Where it really is, links resolved; in an object storage, its name there."""
    size: int
    mtime_ns: int
    mode: int
    etag: str = ""
    """What an object storage identifies its content by."""


class Tree(NamedTuple):
    """Files and directories in a fixed order."""

    files: list[File]
    directories: list[str]
    """All below the top, parents first (empty ones count: a SavedModel has some)."""
    problems: list[str]
    """What cannot be copied, each a sentence."""
    excluded: list[str]
    """What was left out because its name was in ``exclude``."""

    @property
    def bytes(self) -> int:
        return sum(file.size for file in self.files)


def is_inside(path: str, root: str) -> bool:
    """Tell whether a real path is ``root`` or below it."""
    return path == root or path.startswith(root.rstrip("/") + "/")


def scan(top: str, root: str | None, exclude: frozenset[str] = frozenset()) -> Tree:
    """List what is below ``top``, following symbolic links; a plain file is a tree of itself.

    Args:
        root: links must stay inside of it; None: they may lead anywhere.
        exclude: names of files and directories to leave out, wherever they are.

    Raises:
        OSError: something cannot be read.
    """
    tree = Tree([], [], [], [])
    top_stat = os.stat(top)
    if not stat.S_ISDIR(top_stat.st_mode):
        _add(tree, os.path.basename(top), os.path.realpath(top), top_stat)
        return tree
    # Each directory knows its ancestors, so that a link to one of them is seen as the endless loop it is.
    stack: list[tuple[str, str, tuple[str, ...]]] = [("", os.path.realpath(top), ())]
    while stack:
        prefix, directory, ancestors = stack.pop()
        found: list[tuple[str, str, tuple[str, ...]]] = []
        with os.scandir(directory) as entries:
            listed = sorted(entries, key=lambda entry: entry.name)
        for entry in listed:
            name = prefix + entry.name
            if entry.name in exclude:
                tree.excluded.append(name)
                continue
            path = os.path.realpath(entry.path) if entry.is_symlink() else entry.path
            status = _status(tree, entry, name, path, root)
            if status is None:
                continue
            if not stat.S_ISDIR(status.st_mode):
                _add(tree, name, path, status)
            elif path == directory or path in ancestors:
                tree.problems.append(f"{name} is a link to a directory above itself; remove it")
            else:
                tree.directories.append(name)
                found.append((f"{name}/", path, (*ancestors, directory)))
        stack.extend(reversed(found))
    return tree


def _status(tree: Tree, entry: os.DirEntry[str], name: str, path: str, root: str | None) -> os.stat_result | None:
    if not entry.is_symlink():
        return entry.stat(follow_symlinks=False)
    if root is not None and not is_inside(path, root):
        tree.problems.append(f"{name} is a link that leads out of the storage; replace it by what it points to")
        return None
    try:
        return os.stat(path)
    except FileNotFoundError:
        tree.problems.append(f"{name} is a link to something that does not exist; remove it")
        return None


def _add(tree: Tree, name: str, path: str, status: os.stat_result) -> None:
    if stat.S_ISREG(status.st_mode):
        tree.files.append(File(name, path, status.st_size, status.st_mtime_ns, status.st_mode))
    else:
        # Reading a pipe would wait for ever, a device might never end.
        tree.problems.append(f"{name} is neither a file nor a directory; remove it")
