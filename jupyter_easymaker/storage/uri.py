"""Storage URIs taken apart, with every trick that could leave a root refused.

``nas://{NAS ID}:/{path}``, ``obs://{endpoint}/{container}/{path}``, ``file:///{path}``.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_ENCODED = re.compile(r"%(2e|2f|5c|00)", re.IGNORECASE)
_NAS = re.compile(r"nas://([^/:]+):/(.*)")
_FORMS = "nas://{NAS ID}:/{path}, obs://{endpoint}/{container}/{path} or file:///{path}"


class StorageError(Exception):
    """A storage cannot give or take what was asked; the message is for people.

    Args:
        code: INVALID, NOT_CONFIGURED, NOT_FOUND, PERMISSION, EXISTS or FULL.
        message: what is wrong and what would be accepted.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code

    @classmethod
    def not_found(cls, uri: str) -> StorageError:
        return cls("NOT_FOUND", f"{uri} does not exist; check the path, or put the data there first.")

    @property
    def is_not_found(self) -> bool:
        return self.code == "NOT_FOUND"


class Location(NamedTuple):
    """A URI taken apart."""

    scheme: str
    authority: str
    """The NAS id or the object storage endpoint's host; empty for file."""
    parts: tuple[str, ...]
    """The path's parts; for obs what follows the host."""


def parse(uri: str) -> Location:
    """Take a URI apart.

    Raises:
        StorageError: it has another form, or its path could leave its root.
    """
    if _CONTROL.search(uri):
        raise StorageError("INVALID", "the path holds a control character; remove it")
    if uri.startswith("nas://"):
        found = _NAS.fullmatch(uri)
        if not found:
            raise StorageError("INVALID", f"{uri} is not of the form nas://{{NAS ID}}:/{{path}}")
        return Location("nas", found[1], _parts(uri, found[2]))
    if uri.startswith("obs://"):
        host, _, path = uri.removeprefix("obs://").partition("/")
        parts = _parts(uri, path)
        if not host or not parts:
            raise StorageError("INVALID", f"{uri} is not of the form obs://{{endpoint}}/{{container}}/{{path}}")
        return Location("obs", host, parts)
    if uri.startswith("file:///"):
        return Location("file", "", _parts(uri, uri.removeprefix("file:///")))
    raise StorageError("INVALID", f"{uri} is no storage path; accepted are {_FORMS}")


def _parts(uri: str, path: str) -> tuple[str, ...]:
    if "\\" in path or _ENCODED.search(path):
        raise StorageError("INVALID", f"{uri} holds a backslash or an encoded . or /; write the path plainly")
    parts = tuple(path.rstrip("/").split("/")) if path.strip("/") else ()
    if path.startswith("/") or any(part in ("", ".", "..") for part in parts):
        raise StorageError("INVALID", f"{uri} holds an empty part, . or ..; write the path without them")
    return parts
