"""What a storage URI may look like, decided before anything touches a disk.

Every trick a path can play on a program (``..``, encoded dots, NUL, backslashes, absolute parts) is refused here by
its spelling; ``location`` refuses what only the file system can tell (symbolic links).
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import NamedTuple

FORMS = "nas://{NAS ID}:/{path}, obs://{endpoint}/{container}/{path} or file:///{path}"
"""What is accepted, for messages."""

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_HOST = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]*(:[0-9]{1,5})?")
_BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(:[0-9]{1,5})?")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
# Nothing here ever decodes %xx, but something behind us might: what would then be a dot, a slash, a backslash or a NUL
# is refused, however often it was encoded.
_ENCODED = re.compile(r"%(25)*(2e|2f|5c|00)", re.IGNORECASE)


class StorageErrorCode(StrEnum):
    INVALID = "INVALID"
    """The URI cannot be right in any project."""
    NOT_CONFIGURED = "NOT_CONFIGURED"
    """The project has no such storage."""
    NOT_FOUND = "NOT_FOUND"
    PERMISSION = "PERMISSION"
    FULL = "FULL"
    EXISTS = "EXISTS"
    """Something else is already there and is not overwritten."""
    FAILED = "FAILED"
    """The storage failed, or its content changed while it was read."""


class StorageError(Exception):
    """A storage cannot be used as asked; the text is a sentence for people that names the URI.

    Args:
        code: what kind of failure it is.
        message: what happened and what to do about it.
    """

    def __init__(self, code: StorageErrorCode, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message

    @classmethod
    def not_found(cls, uri: str) -> StorageError:
        return cls(StorageErrorCode.NOT_FOUND, f"{uri} does not exist; check the path, or put the data there first")

    @property
    def is_not_found(self) -> bool:
        return self.code is StorageErrorCode.NOT_FOUND


class Location(NamedTuple):
    """A URI taken apart: ``nas`` has the NAS id as authority, ``obs`` the host, ``s3`` the bucket, ``file`` nothing."""

    scheme: str
    authority: str
    path: str
    """Without leading and trailing slash; empty for the top."""


def parse(uri: str, schemes: frozenset[str] = frozenset(), *, browsing: bool = False) -> Location:
    """Take a URI apart.

    Args:
        schemes: what is accepted besides nas, obs and file.
        browsing: also accept an object storage without a container, or a scheme without a bucket.

    Raises:
        StorageError: INVALID, saying what is wrong and what is accepted.
    """
    if not uri.isprintable() or _CONTROL.search(uri):
        raise _invalid(repr(uri)[1:-1], "holds a control character or one that cannot be printed; remove it")
    scheme, separator, rest = uri.partition("://")
    if not separator or (scheme not in ("nas", "obs", "file") and scheme not in schemes):
        raise _invalid(uri, f"is not a storage path; use {FORMS}")
    if scheme == "nas":
        authority, colon, path = rest.partition(":/")
        if not colon or not _ID.fullmatch(authority):
            raise _invalid(uri, "does not name a NAS; use nas://{NAS ID}:/{path}")
    elif scheme == "obs":
        authority, _, path = rest.partition("/")
        if not _HOST.fullmatch(authority) or not (path or browsing):
            raise _invalid(uri, "does not name an endpoint and a container; use obs://{endpoint}/{container}/{path}")
    elif scheme != "file":
        authority, _, path = rest.partition("/")
        if not (_BUCKET.fullmatch(authority) or (browsing and not rest)):
            raise _invalid(uri, f"does not name a bucket; use {scheme}://{{bucket}}/{{path}}")
    else:
        authority, slash, path = rest.partition("/")
        if not slash or authority not in ("", "localhost"):
            raise _invalid(uri, "is not a local path; use file:///{path}")
        authority = ""
    return Location(scheme, authority, check_path(path, uri))


def check_path(path: str, uri: str) -> str:
    """Return a relative path without its trailing slash.

    Raises:
        StorageError: INVALID, the path could mean another place than it says.
    """
    path = path.removesuffix("/")
    if "\\" in path:
        raise _invalid(uri, "holds a backslash; separate directories with /")
    if _ENCODED.search(path):
        raise _invalid(
            uri, "holds an encoded dot, slash, backslash or NUL (%2e, %2f, %5c, %00); write the path as it is"
        )
    for part in path.split("/") if path else ():
        if part in ("", ".", ".."):
            what = f"'{part}'" if part else "an empty part (//)"
            raise _invalid(uri, f"holds {what}; write the path without ., .. and empty parts")
    return path


def is_path(name: str) -> bool:
    """Tell whether an object's name can be a path below a directory, and means no other place than it says."""
    try:
        return name != "" and check_path(name, name) == name and name.isprintable()
    except StorageError:
        return False


def _invalid(uri: str, problem: str) -> StorageError:
    return StorageError(StorageErrorCode.INVALID, f"{uri} {problem}")
