"""From a URI to the directory or file it means, confined to the storage it names."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from .config import StorageConfig
from .copying import place_file
from .failures import explained
from .tree import Tree, is_inside, scan
from .uri import Location, StorageError, StorageErrorCode, check_path, parse


@dataclass(frozen=True)
class ResolvedLocation:
    """Where a URI lies on this machine. ``path`` has no symbolic links and lies in ``root``."""

    uri: str
    root: str
    path: str
    mount: str
    """The directory that is there whenever the storage is; all below it may be made."""

    def exists(self) -> bool:
        return os.path.exists(self.path)

    def is_dir(self) -> bool:
        return os.path.isdir(self.path)

    def tree(self, exclude: frozenset[str] = frozenset()) -> Tree:
        """Return all files below (or the one file).

        Raises:
            StorageError: NOT_FOUND, PERMISSION, or INVALID when a link leaves the storage or a file is no plain file.
        """
        if not self.exists():
            raise StorageError.not_found(self.uri)
        with explained(self.uri):
            tree = scan(self.path, self.root, exclude)
        if tree.problems:
            more = f" (and {len(tree.problems) - 1} more)" if len(tree.problems) > 1 else ""
            raise StorageError(StorageErrorCode.INVALID, f"{self.uri}: {tree.problems[0]}{more}")
        return tree

    def make_directory(self, relative: str = "") -> str:
        """Make a directory below (or this one) and all above it; return its path.

        Raises:
            StorageError: the storage is not there, a link leads out of it, a file is in the way, or it is full.
        """
        self._require_mount()
        directory = os.path.join(self.path, relative) if relative else self.path
        with explained(self.uri):
            try:
                os.makedirs(directory, exist_ok=True)
            except (FileExistsError, NotADirectoryError) as error:
                raise StorageError(
                    StorageErrorCode.EXISTS, f"{self.uri}: a file is where the directory {directory} would be"
                ) from error
        if not is_inside(os.path.realpath(directory), self.root):
            raise _leaves(self.uri)
        return directory

    def check_writable(self) -> None:
        """Refuse a directory that could not be made, or not be written into, as far as that can be told now.

        Raises:
            StorageError: the storage is not there, a file is in the way, or the rights are missing.
        """
        self._require_mount()
        there = self.path
        while not os.path.lexists(there):
            there = os.path.dirname(there)
        if not os.path.isdir(there):
            raise StorageError(StorageErrorCode.EXISTS, f"{self.uri}: {there} is a file; a directory is needed")
        if not os.access(there, os.W_OK | os.X_OK):
            raise StorageError(
                StorageErrorCode.PERMISSION, f"{self.uri} may not be written to: {there}; ask its owner for permission"
            )

    def _require_mount(self) -> None:
        if not os.path.isdir(self.mount):
            raise StorageError(
                StorageErrorCode.NOT_CONFIGURED,
                f"The storage of {self.uri} is not there: {self.mount} is no directory (is it mounted?)",
            )

    def write_files(self, files: Mapping[str, bytes]) -> None:
        """Put files into this directory, each appearing complete; one that is there with the same content is left.

        Raises:
            StorageError: a name leaves the directory, a different file is there, or the storage refuses.
        """
        for name, data in files.items():
            relative = check_path(name, f"{self.uri}/{name}")
            parent, _, base = relative.rpartition("/")
            if not base:
                raise StorageError(StorageErrorCode.INVALID, f"{self.uri}: a file without a name; give it one")
            directory = self.make_directory(parent)
            # A name of its own: two writers of the same content must not write into one unfinished file.
            part = os.path.join(directory, f".easymaker-{os.urandom(8).hex()}.part")
            with explained(f"{self.uri}/{relative}"):
                try:
                    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
                    with os.fdopen(descriptor, "wb") as file:
                        file.write(data)
                    place_file(part, os.path.join(directory, base), f"{self.uri}/{relative}")
                finally:
                    if os.path.lexists(part):
                        os.unlink(part)


def resolve(uri: str, config: StorageConfig) -> ResolvedLocation:
    """Return where a URI lies. It need not exist.

    Raises:
        StorageError: INVALID (also when a symbolic link leads out of the storage) or NOT_CONFIGURED.
    """
    location = parse(uri)
    if location.scheme == "file":
        return _file(uri, location, config)
    if location.scheme == "nas":
        mount, container, path = _nas(uri, location, config)
    else:
        mount, container, path = _obs(uri, location, config)
    mount = os.path.realpath(mount)
    # A container is a root of its own: a link from one container into another leaves it.
    root = os.path.realpath(os.path.join(mount, container))
    real = os.path.realpath(os.path.join(root, path))
    if not is_inside(root, mount) or not is_inside(real, root):
        raise _leaves(uri)
    return ResolvedLocation(uri.removesuffix("/"), root, real, mount)


def _nas(uri: str, location: Location, config: StorageConfig) -> tuple[str, str, str]:
    if location.authority not in config.nas:
        known = ", ".join(sorted(config.nas)) or "none"
        raise _not_configured(uri, f"the project has no NAS {location.authority} (it has: {known})")
    return config.nas[location.authority], "", location.path


def _obs(uri: str, location: Location, config: StorageConfig) -> tuple[str, str, str]:
    full = f"{location.authority}/{location.path}"
    matches = [
        (endpoint, directory)
        for endpoint, directory in ((_endpoint(name), directory) for name, directory in config.obs.items())
        if full == endpoint or full.startswith(f"{endpoint}/")
    ]
    if not matches:
        known = ", ".join(sorted(map(_endpoint, config.obs))) or "none"
        raise _not_configured(uri, f"the project has no such object storage (it has: {known})")
    endpoint, mount = max(matches, key=lambda match: len(match[0]))
    path = full[len(endpoint) + 1 :]
    if not path:
        raise StorageError(
            StorageErrorCode.INVALID, f"{uri} names no container; use obs://{endpoint}/{{container}}/{{path}}"
        )
    container, _, path = path.partition("/")
    return mount, container, path


def _endpoint(name: str) -> str:
    return name.partition("://")[2].strip("/") if "://" in name else name.strip("/")


def _file(uri: str, location: Location, config: StorageConfig) -> ResolvedLocation:
    if not config.file_roots:
        raise _not_configured(uri, "file:// paths are not allowed in this project; use nas:// or obs://")
    real = os.path.realpath(f"/{location.path}")
    for root in map(os.path.realpath, config.file_roots):
        if is_inside(real, root):
            return ResolvedLocation(uri.removesuffix("/"), root, real, root)
    raise StorageError(
        StorageErrorCode.PERMISSION,
        f"{uri} lies outside of what file:// may reach in this project: {', '.join(config.file_roots)}",
    )


def _not_configured(uri: str, why: str) -> StorageError:
    return StorageError(StorageErrorCode.NOT_CONFIGURED, f"{uri} cannot be reached: {why}")


def _leaves(uri: str) -> StorageError:
    return StorageError(
        StorageErrorCode.INVALID, f"{uri} leads out of its storage through a symbolic link; use a path inside it"
    )
