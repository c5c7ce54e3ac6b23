"""From a URI to the place it means, confined to the storage it names."""

from __future__ import annotations

import os

from .config import StorageConfig, SwiftAccess
from .directory import DirectoryPlace, leaves
from .place import Place
from .tree import is_inside
from .uri import Location, StorageError, StorageErrorCode, parse


def resolve(uri: str, config: StorageConfig, *, browsing: bool = False) -> Place:
    """Return where a URI lies. It need not exist.

    Args:
        browsing: also accept an object storage as a whole, the directory of its containers.

    Raises:
        StorageError: INVALID (also when a symbolic link leads out of the storage) or NOT_CONFIGURED.
    """
    location = parse(uri, frozenset(config.schemes), browsing=browsing)
    if location.scheme == "file":
        return _file(uri, location, config)
    if location.scheme == "nas":
        return _nas(uri, location, config)
    if location.scheme == "obs":
        return _obs(uri, location, config, browsing)
    from .remote_filesystem import RemotePlace  # fsspec takes long to import, and few need it

    return RemotePlace(uri.removesuffix("/"), location, config.schemes[location.scheme])


def _directory(uri: str, mount: str, container: str, path: str) -> Place:
    mount = os.path.realpath(mount)
    # A container is a root of its own: a link from one container into another leaves it.
    root = os.path.realpath(os.path.join(mount, container))
    real = os.path.realpath(os.path.join(root, path))
    if not is_inside(root, mount) or not is_inside(real, root):
        raise leaves(uri)
    return DirectoryPlace(uri.removesuffix("/"), root, real, mount)


def _nas(uri: str, location: Location, config: StorageConfig) -> Place:
    if location.authority not in config.nas:
        known = ", ".join(sorted(config.nas)) or "none"
        raise _not_configured(uri, f"the project has no NAS {location.authority} (it has: {known})")
    return _directory(uri, config.nas[location.authority], "", location.path)


def _obs(uri: str, location: Location, config: StorageConfig, browsing: bool) -> Place:
    full = f"{location.authority}/{location.path}".removesuffix("/")
    matches = [
        (endpoint, backing)
        for endpoint, backing in ((endpoint_of(name), backing) for name, backing in config.obs.items())
        if full == endpoint or full.startswith(f"{endpoint}/")
    ]
    if not matches:
        known = ", ".join(sorted(map(endpoint_of, config.obs))) or "none"
        raise _not_configured(uri, f"the project has no such object storage (it has: {known})")
    endpoint, backing = max(matches, key=lambda match: len(match[0]))
    path = full[len(endpoint) + 1 :]
    if isinstance(backing, SwiftAccess) and "/" not in endpoint and path.startswith("v1/"):
        # The operator named the host alone; the URI names the account, which decides by its access lists.
        version, account, path = (*path.split("/", 2), "", "")[:3]
        endpoint = f"{endpoint}/{version}/{account}"
    if not path and not browsing:
        raise StorageError(
            StorageErrorCode.INVALID, f"{uri} names no container; use obs://{endpoint}/{{container}}/{{path}}"
        )
    container, _, path = path.partition("/")
    if isinstance(backing, str):
        return _directory(uri, backing, container, path)
    from .swift import SwiftPlace  # swiftclient takes long to import

    return SwiftPlace(uri.removesuffix("/"), backing, endpoint, container, path)


def endpoint_of(name: str) -> str:
    """Return an endpoint as it stands in URIs, however the operator wrote it."""
    return name.partition("://")[2].strip("/") if "://" in name else name.strip("/")


def _file(uri: str, location: Location, config: StorageConfig) -> Place:
    if not config.file_roots:
        raise _not_configured(uri, "file:// paths are not allowed in this project; use nas:// or obs://")
    real = os.path.realpath(f"/{location.path}")
    for root in map(os.path.realpath, config.file_roots):
        if is_inside(real, root):
            return DirectoryPlace(uri.removesuffix("/"), root, real, root)
    raise StorageError(
        StorageErrorCode.PERMISSION,
        f"{uri} lies outside of what file:// may reach in this project: {', '.join(config.file_roots)}",
    )


def _not_configured(uri: str, why: str) -> StorageError:
    return StorageError(StorageErrorCode.NOT_CONFIGURED, f"{uri} cannot be reached: {why}")
