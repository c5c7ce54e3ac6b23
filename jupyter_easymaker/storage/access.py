"""What the rest of the product does with storages: look, stage in, stage out, write."""

from __future__ import annotations

import hashlib
import os

from .cache import StagedInput, copy_tree, stage_in, too_large
from .config import StorageConfig
from .copying import Counter, Progress, copy_all, copy_file, place_file, same_content
from .failures import explained
from .location import ResolvedLocation, resolve
from .tree import File, Tree, scan
from .uri import StorageError, StorageErrorCode, parse

__all__ = [
    "Progress",
    "ResolvedLocation",
    "StagedInput",
    "StorageError",
    "StorageErrorCode",
    "copy_in",
    "exists",
    "is_dir",
    "parse",
    "resolve",
    "stage_in",
    "stage_out",
    "stat_tree",
    "write_file",
]


def exists(uri: str, config: StorageConfig) -> bool:
    """Tell whether something is there. Raises StorageError when the URI cannot be reached at all."""
    return resolve(uri, config).exists()


def is_dir(uri: str, config: StorageConfig) -> bool:
    """Tell whether a directory is there. Raises StorageError when the URI cannot be reached at all."""
    return resolve(uri, config).is_dir()


def stat_tree(uri: str, config: StorageConfig) -> list[File]:
    """List all files below (or the one file). Raises StorageError when there is nothing or a link leads out."""
    return resolve(uri, config).tree().files


def write_file(uri: str, config: StorageConfig, name: str, data: bytes) -> None:
    """Put a file into the directory ``uri``; it appears complete or not at all, and overwrites nothing different."""
    resolve(uri, config).write_files({name: data})


def copy_in(
    uri: str,
    config: StorageConfig,
    target: str,
    progress: Progress | None = None,
    *,
    exclude: frozenset[str] = frozenset(),
    max_bytes: int | None = None,
) -> Tree:
    """Copy an input into an existing empty directory, writable, for one user alone; return what was copied.

    Raises:
        StorageError: it is not there, cannot be read, changed while it was copied, or there is no room for it.
    """
    location = resolve(uri, config)
    tree = location.tree(exclude)
    if max_bytes is not None and tree.bytes > max_bytes:
        raise too_large(location.uri, tree.bytes, max_bytes)
    with explained(location.uri, writing_to=f"the job's directory ({target})"):
        copy_tree(tree, target, location.uri, progress, lambda file: 0o666 | (file.mode & 0o111))
    return tree


def stage_out(source_dir: str, uri: str, config: StorageConfig, progress: Progress | None = None) -> int:
    """Copy a directory to a storage, each file appearing complete; return how many files there are.

    Doing it again after a crash goes on where it ended: what is there with the same content is left alone. Links are
    followed. An empty directory makes nothing.

    Raises:
        StorageError: EXISTS (something different is there; it is not overwritten), FULL, PERMISSION ... What could
            be copied has been, when the problem was with single files of the source.
    """
    location = resolve(uri, config)
    with explained(location.uri):
        tree = scan(source_dir, None)
    if tree.files or tree.directories:
        directories = {name: location.make_directory(name) for name in ("", *tree.directories)}

        def copy_one(file: File, counter: Counter) -> None:
            parent, _, name = file.name.rpartition("/")
            _upload(file, directories[parent], name, f"{location.uri}/{file.name}", counter)

        with explained(location.uri):
            copy_all(tree.files, progress, copy_one)
    if tree.problems:
        raise StorageError(
            StorageErrorCode.FAILED, f"Not everything could be copied to {location.uri}: {'; '.join(tree.problems[:5])}"
        )
    return len(tree.files)


def _upload(file: File, directory: str, name: str, uri: str, counter: Counter) -> None:
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
