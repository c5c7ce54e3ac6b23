"""What a run read and made, for its training's lineage."""

from __future__ import annotations

import hashlib
import os
from typing import Any

from ..git_state import git_state
from ..storage.access import StagedInput, resolve
from ..storage.config import StorageConfig
from ..storage.directory import DirectoryPlace
from ..storage.tree import File, scan

_CHUNK = 1024 * 1024


def source_lineage(uri: str, staged: str, storage: StorageConfig) -> dict[str, Any]:
    """Return what identifies the code: the hash of its files as they were staged, and its commit if there is one."""
    return {"uri": uri, **content_of(staged), "git": _git(uri, storage)}


def _git(uri: str, storage: StorageConfig) -> dict[str, Any] | None:
    location = resolve(uri, storage)
    if not isinstance(location, DirectoryPlace):
        return None  # a repository lies in no object storage
    directory = location.path if os.path.isdir(location.path) else os.path.dirname(location.path)
    return git_state(directory, root=location.root)


def content_of(directory: str) -> dict[str, Any]:
    """Return ``{"contentHash", "fileCount", "bytes"}``; the hash is the same for the same names and contents."""
    files = sorted(scan(directory, None).files)
    digest = hashlib.sha256()
    for file in files:
        content = hashlib.sha256()
        with open(file.path, "rb") as opened:
            while data := opened.read(_CHUNK):
                content.update(data)
        digest.update(os.fsencode(file.name) + f"\0{file.size}\0{content.hexdigest()}\n".encode())
    return {"contentHash": f"sha256:{digest.hexdigest()}", **_counts(files)}


def dataset_lineage(name: str, uri: str, staged: StagedInput) -> dict[str, Any]:
    """Return what identifies a data set: what the cache knows it by, which holds names, sizes and times of change."""
    fingerprint = os.path.basename(staged.path)
    return {
        "datasetName": name,
        "dataUri": uri,
        "contentHash": f"listing:{fingerprint}",
        "fileCount": staged.files,
        "bytes": staged.bytes,
    }


def output_lineage(kind: str, uri: str, directory: str) -> dict[str, Any]:
    """Return what is uploaded from a directory."""
    return {"kind": kind, "uri": uri, **_counts(scan(directory, None).files)}


def _counts(files: list[File]) -> dict[str, int]:
    return {"fileCount": len(files), "bytes": sum(file.size for file in files)}
