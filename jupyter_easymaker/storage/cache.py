"""Inputs copied once and shared, read-only, by all jobs of a project.

``{cache}/inputs/{fingerprint}`` exists only complete: it is copied to ``{fingerprint}.part`` and renamed. Two locks
per fingerprint, held for as long as the process lives that holds them: one is shared by all who use it, and only
who removes it wants it alone; the other is held by the one who copies. So nothing is copied twice, a dead copier is
noticed at once, nobody who copies waits for who uses, and what is in use is never removed. What an interrupted copy
from a remote storage has lies at ``{fingerprint}.partial`` for a day; the next one goes on with it.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import time
from collections.abc import Callable

from .config import StorageConfig
from .copying import Counter, Progress, copy_all
from .failures import explained, human_bytes
from .location import resolve
from .lock import FileLock
from .place import Place
from .tree import File, Tree
from .uri import StorageError, StorageErrorCode

_PART = ".part"
_PARTIAL = ".partial"
_PARTIAL_SECONDS = 24 * 3600
_READ_ONLY = 0o555


class StagedInput:
    """An input ready to be read; keep it (or the process) alive while it is used."""

    def __init__(self, path: str, tree: Tree, lock: FileLock, *, cached: bool) -> None:
        self.path = path
        """The directory that holds it, also when the URI names a single file."""
        self.files = len(tree.files)
        self.bytes = tree.bytes
        self.cached = cached
        """It was there already."""
        self._lock = lock

    def close(self) -> None:
        """Say that it is not used any more."""
        self._lock.close()


def stage_in(
    uri: str,
    config: StorageConfig,
    cache_dir: str,
    progress: Progress | None = None,
    *,
    waiting: Callable[[], None] = lambda: None,
    max_bytes: int | None = None,
    wanted: Callable[[str], bool] | None = None,
) -> StagedInput:
    """Make an input available in the cache, copying it only when nobody has yet.

    Args:
        waiting: called when another process is copying the same input and this one waits for it.
        max_bytes: refuse an input larger than this.
        wanted: tells by a file's name whether it is part of the input; None: all are.

    Raises:
        StorageError: it is not there, cannot be read, changed while it was copied, or there is no room for it.
    """
    location = resolve(uri, config)
    tree = _chosen(location, wanted)
    if max_bytes is not None and tree.bytes > max_bytes:
        raise too_large(location.uri, tree.bytes, max_bytes)
    inputs = os.path.join(cache_dir, "inputs")
    fingerprint = _fingerprint(location, tree)
    path = os.path.join(inputs, fingerprint)
    with explained(location.uri, writing_to=f"the cache of staged inputs ({inputs})"):
        used = FileLock(_used_lock(inputs, fingerprint))
        try:
            used.acquire(shared=True)  # waits at most for one who is removing it
            cached = os.path.isdir(path) or not _fill_alone(location, tree, path, progress, waiting, wanted)
            with contextlib.suppress(PermissionError):  # another user's: it is theirs to keep or remove
                os.utime(path)  # the least recently used is the first to go
        except BaseException:
            used.close()
            raise
        return StagedInput(path, tree, used, cached=cached)


def _chosen(location: Place, wanted: Callable[[str], bool] | None) -> Tree:
    """Return the files that are wanted, and no directories but theirs; all there is if nothing is said."""
    tree = location.tree()
    if wanted is None:
        return tree
    files = [file for file in tree.files if wanted(file.name)]
    above = {file.name[:at] for file in files for at, letter in enumerate(file.name) if letter == "/"}
    return tree._replace(files=files, directories=sorted(above))


def _fill_alone(
    location: Place,
    tree: Tree,
    path: str,
    progress: Progress | None,
    waiting: Callable[[], None],
    wanted: Callable[[str], bool] | None,
) -> bool:
    """Copy into the cache unless another process is faster; return whether it was this one."""
    copying = FileLock(_copying_lock(os.path.dirname(path), os.path.basename(path)))
    try:
        if not copying.acquire(shared=False, wait=False):
            waiting()
            copying.acquire(shared=False)
        if os.path.isdir(path):
            return False
        _fill(location, tree, path, progress, wanted)
        return True
    finally:
        copying.close()


def too_large(uri: str, size: int, allowed: int) -> StorageError:
    return StorageError(
        StorageErrorCode.FULL,
        f"{uri} has {human_bytes(size)}, more than the {human_bytes(allowed)} left of the data storage size; "
        "choose a larger data storage size or a smaller input",
    )


def _fingerprint(location: Place, tree: Tree) -> str:
    digest = hashlib.sha256(os.fsencode(location.uri))
    for directory in tree.directories:
        digest.update(b"\0d" + os.fsencode(directory))
    for file in tree.files:
        digest.update(b"\0f" + os.fsencode(file.name) + f"\0{file.size}\0{file.mtime_ns}\0{file.etag}".encode())
    return digest.hexdigest()[:40]


def _used_lock(inputs: str, fingerprint: str) -> str:
    return os.path.join(inputs, ".locks", fingerprint)


def _copying_lock(inputs: str, fingerprint: str) -> str:
    return os.path.join(inputs, ".locks", fingerprint + ".copying")


def _fill(
    location: Place,
    tree: Tree,
    path: str,
    progress: Progress | None,
    wanted: Callable[[str], bool] | None,
) -> None:
    """Copy into the cache; the lock of who copies is held, so a part that is there is a dead process's."""
    part = path + (_PARTIAL if location.remote else _PART)
    if not location.remote:
        remove_tree(part)
    _clean(os.path.dirname(path), tree.bytes, location.uri, keep=os.path.basename(part))
    try:
        os.makedirs(part, exist_ok=True)
        copy_tree(location, tree, part, progress, lambda file: 0o444 | (file.mode & 0o111))
        if _fingerprint(location, _chosen(location, wanted)) != os.path.basename(path):
            raise StorageError(
                StorageErrorCode.FAILED,
                f"{location.uri} changed while it was copied; run again when nothing writes to it",
            )
        for directory in (*reversed(tree.directories), ""):
            os.chmod(os.path.join(part, directory), _READ_ONLY)
        os.rename(part, path)
    except StorageError:
        if not location.remote:
            remove_tree(part)
        raise
    except BaseException:
        remove_tree(part)  # of no use, or the disk is full of it
        raise


def copy_tree(
    location: Place, tree: Tree, target: str, progress: Progress | None, mode_of: Callable[[File], int]
) -> None:
    """Copy a tree into an existing directory, which has nothing in it but what an interrupted copy left."""
    for directory in tree.directories:
        os.makedirs(os.path.join(target, directory), exist_ok=True)

    def copy_one(file: File, counter: Counter) -> None:
        location.fetch(file, os.path.join(target, file.name), mode_of(file), counter)

    copy_all(tree.files, progress, copy_one, threads=location.threads, few=1 if location.remote else 16)


def _clean(inputs: str, needed: int, uri: str, keep: str) -> None:
    """Remove what dead processes left; while there is too little room, also what was not used for longest.

    Args:
        keep: the name of the part that is about to be gone on with.

    Raises:
        StorageError: FULL, there is not enough room even so.
    """
    unused: list[tuple[float, str]] = []
    for entry in os.scandir(inputs):
        if entry.name.startswith(".") or entry.name == keep:
            continue
        modified = entry.stat().st_mtime
        left_long_ago = entry.name.endswith(_PARTIAL) and modified < time.time() - _PARTIAL_SECONDS
        if entry.name.endswith(_PART) or left_long_ago:
            _remove_unlocked(inputs, entry.name)
        else:
            unused.append((modified, entry.name))
    needed -= _size(os.path.join(inputs, keep))
    for _, name in sorted(unused):
        if shutil.disk_usage(inputs).free >= needed:
            return
        _remove_unlocked(inputs, name)
    free = shutil.disk_usage(inputs).free
    if free < needed:
        raise StorageError(
            StorageErrorCode.FULL,
            f"{uri} needs {human_bytes(needed)}, but only {human_bytes(free)} are free where inputs are staged "
            f"({inputs}); free some space and run again",
        )


def _size(directory: str) -> int:
    return sum(
        os.lstat(os.path.join(parent, name)).st_size for parent, _, names in os.walk(directory) for name in names
    )


def _remove_unlocked(inputs: str, name: str) -> None:
    fingerprint = name.removesuffix(_PART).removesuffix(_PARTIAL)
    used = FileLock(_used_lock(inputs, fingerprint))
    copying = FileLock(_copying_lock(inputs, fingerprint))
    try:
        if used.acquire(shared=False, wait=False) and copying.acquire(shared=False, wait=False):
            # Out of sight at once: a process killed in the middle must not leave half an input behind.
            part = os.path.join(inputs, fingerprint + _PART)
            if not name.endswith(_PART):
                remove_tree(part)
                os.rename(os.path.join(inputs, name), part)
            remove_tree(part)
    finally:
        copying.close()
        used.close()


def remove_tree(path: str) -> None:
    """Delete a directory, read-only ones included; nothing happens when it is not there."""
    if not os.path.isdir(path):
        return
    os.chmod(path, 0o700)
    for directory, names, _files in os.walk(path):
        for name in names:
            child = os.path.join(directory, name)
            if not os.path.islink(child):
                os.chmod(child, 0o700)
    shutil.rmtree(path)
