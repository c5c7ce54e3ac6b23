"""What the rest of the product does with storages: look, stage in, stage out, write."""

from __future__ import annotations

from .cache import StagedInput, copy_tree, stage_in, too_large
from .config import StorageConfig
from .copying import Progress, copy_all
from .failures import explained
from .location import resolve
from .place import Entry, Place
from .tree import File, Tree, scan
from .uri import StorageError, StorageErrorCode, parse

__all__ = [
    "Entry",
    "Place",
    "Progress",
    "StagedInput",
    "StorageError",
    "StorageErrorCode",
    "copy_in",
    "exists",
    "is_dir",
    "parse",
    "remove",
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


def remove(uri: str, config: StorageConfig) -> None:
    """Remove a directory and all that is in it; nothing happens if it is not there.

    Raises:
        StorageError: it may not be removed, or the storage does not answer.
    """
    resolve(uri, config).remove()


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
        copy_tree(location, tree, target, progress, lambda file: 0o666 | (file.mode & 0o111))
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
            location.prepare(tree)
            copy_all(tree.files, progress, location.store, threads=location.threads, few=1 if location.remote else 16)
    if tree.problems:
        raise StorageError(
            StorageErrorCode.FAILED, f"Not everything could be copied to {location.uri}: {'; '.join(tree.problems[:5])}"
        )
    return len(tree.files)
