"""What the operating system says went wrong, as a sentence a person can act on."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from .uri import StorageError, StorageErrorCode

_FULL = (errno.ENOSPC, errno.EDQUOT)
_DENIED = (errno.EACCES, errno.EPERM, errno.EROFS)
_MISSING = (errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG, errno.ELOOP)


@contextmanager
def explained(uri: str, *, writing_to: str = "") -> Iterator[None]:
    """Turn an OSError of the block into a StorageError about ``uri``.

    Args:
        writing_to: what would be full, for people; empty: the storage of ``uri``.
    """
    try:
        yield
    except OSError as error:
        raise explain(error, uri, writing_to) from error


def explain(error: OSError, uri: str, writing_to: str = "") -> StorageError:
    """Return the StorageError that says what ``error`` means for ``uri``."""
    where = f" ({error.filename})" if error.filename else ""
    if error.errno in _FULL:
        place = writing_to or f"the storage of {uri}"
        return StorageError(StorageErrorCode.FULL, f"No space is left in {place}; free some and run again")
    if error.errno in _DENIED:
        message = f"{uri} may not be accessed: {error.strerror}{where}; ask its owner for permission"
        return StorageError(StorageErrorCode.PERMISSION, message)
    if error.errno in _MISSING:
        return StorageError(StorageErrorCode.NOT_FOUND, f"{uri} cannot be found: {error.strerror}{where}")
    return StorageError(StorageErrorCode.FAILED, f"{uri} failed: {error.strerror or error}{where}; try again")


def human_bytes(number: int) -> str:
    """Return a size as people write it: ``1.5 GB`` (powers of 1000)."""
    size = float(number)
    for unit in ("bytes", "KB", "MB", "GB"):
        if size < 1000:
            return f"{size:.0f} bytes" if unit == "bytes" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} TB"
