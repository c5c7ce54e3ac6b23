"""From a URI to the directory or file it means, never outside what the project may reach."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from .config import StorageConfig
from .uri import Location, StorageError, parse


def resolve(uri: str, config: StorageConfig) -> ResolvedLocation:
    """Return where a URI leads for a project.

    Raises:
        StorageError: it is malformed, names a storage the project does not have, or leads outside its root,
            also through symbolic links.
    """
    location = parse(uri)
    if location.scheme == "nas":
        root, parts = _nas_root(location, config)
    elif location.scheme == "obs":
        root, parts = _obs_root(uri, location, config)
    else:
        return _resolve_file(uri, location, config)
    return ResolvedLocation(uri, _confined(uri, root.joinpath(*parts), [root]), root)


def _nas_root(location: Location, config: StorageConfig) -> tuple[Path, tuple[str, ...]]:
    if location.authority not in config.nas:
        known = ", ".join(sorted(config.nas)) or "none"
        raise StorageError("NOT_CONFIGURED", f"there is no NAS {location.authority}; this project has {known}")
    return Path(config.nas[location.authority]), location.parts


def _obs_root(uri: str, location: Location, config: StorageConfig) -> tuple[Path, tuple[str, ...]]:
    # An endpoint may hold a path (host/v1/AUTH_tenant): the longest one configured wins.
    given = (location.authority, *location.parts)
    for length in range(len(given) - 1, 0, -1):
        endpoint = "/".join(given[:length])
        if endpoint in config.obs:
            return Path(config.obs[endpoint]), given[length:]
    known = ", ".join(sorted(config.obs)) or "none"
    raise StorageError("NOT_CONFIGURED", f"{uri} names an object storage that is not set up; this project has {known}")


def _resolve_file(uri: str, location: Location, config: StorageConfig) -> ResolvedLocation:
    if not config.file_roots:
        raise StorageError("NOT_CONFIGURED", "file:// is not allowed here; use nas:// or obs://")
    roots = [Path(root) for root in config.file_roots]
    path = _confined(uri, Path("/").joinpath(*location.parts), roots)
    return ResolvedLocation(uri, path, next(root for root in roots if _within(path, root)))


def _within(path: Path, root: Path) -> bool:
    return path.is_relative_to(os.path.realpath(root))


def _confined(uri: str, path: Path, roots: list[Path]) -> Path:
    try:
        real = Path(os.path.realpath(path))
    except (OSError, ValueError) as error:
        raise StorageError("INVALID", f"{uri} cannot be resolved: {error}") from error
    if not any(_within(real, root) for root in roots):
        allowed = ", ".join(str(root) for root in roots)
        where = f"below {allowed}" if uri.startswith("file:") else "inside its storage"
        raise StorageError("PERMISSION", f"{uri} leads elsewhere; only what lies {where} can be reached")
    return real


@dataclass(frozen=True)
class ResolvedLocation:
    """A place in a directory-backed storage."""

    uri: str
    path: Path
    root: Path

    def exists(self) -> bool:
        """Return whether something is there.

        Raises:
            StorageError: it may not be looked at.
        """
        try:
            self.path.lstat()
        except (FileNotFoundError, NotADirectoryError):
            return False
        except PermissionError as error:
            raise StorageError("PERMISSION", f"{self.uri} may not be read; grant the backend's user access") from error
        except OSError as error:
            raise StorageError("INVALID", f"{self.uri} cannot be looked up: {error.strerror}") from error
        return True

    def files(self) -> list[tuple[str, os.stat_result]]:
        """Return all files below (or the one file this is) as (relative path, stat), sorted.

        Links inside the directory are followed only where they stay in the storage.

        Raises:
            StorageError: it is not there or may not be read.
        """
        if not self.exists():
            raise StorageError.not_found(self.uri)
        try:
            if not self.path.is_dir():
                return [(self.path.name, self.path.stat())]
            return sorted(self._walk(), key=lambda entry: entry[0])
        except PermissionError as error:
            raise StorageError("PERMISSION", f"{self.uri}: {error.filename} may not be read") from error
        except FileNotFoundError as error:
            raise StorageError(
                "NOT_FOUND", f"{self.uri} changed while it was read: {error.filename} vanished"
            ) from error

    def _walk(self) -> Iterator[tuple[str, os.stat_result]]:
        stack = [self.path]
        while stack:
            with os.scandir(stack.pop()) as entries:
                for entry in entries:
                    path = Path(entry.path)
                    if entry.is_symlink() and not _within(Path(os.path.realpath(path)), self.root):
                        raise StorageError("PERMISSION", f"{self.uri}: the link {path.name} leads out of the storage")
                    if entry.is_dir(follow_symlinks=False):
                        stack.append(path)
                    elif entry.is_file():
                        yield str(path.relative_to(self.path)), entry.stat()

    def source_of(self, relative: str) -> Path:
        """Return the real file behind an entry of ``files``."""
        return self.path / relative if self.path.is_dir() else self.path

    def write_files(self, files: Mapping[str, bytes]) -> None:
        """Write a directory of files that appears whole or not at all; one that is there is left as it is.

        Raises:
            StorageError: the storage is full or may not be written.
        """
        if self.path.is_dir():
            return
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            temporary = Path(tempfile.mkdtemp(dir=self.path.parent, prefix=".part-"))
            for name, content in files.items():
                target = temporary / name
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content)
            temporary.chmod(0o755)
            # Somebody else wrote the same meanwhile: theirs is as good.
            with contextlib.suppress(FileExistsError):
                try:
                    temporary.rename(self.path)
                except OSError:
                    if not self.path.is_dir():
                        raise
        except OSError as error:
            raise storage_failure(self.uri, error) from error


def storage_failure(uri: str, error: OSError) -> StorageError:
    """Return what an operating system error means for a storage."""
    import errno

    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StorageError("FULL", f"{uri}: the storage is full; make room and try again")
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return StorageError("PERMISSION", f"{uri} may not be written or read: {error.strerror}")
    if error.errno == errno.ENOENT:
        return StorageError("NOT_FOUND", f"{uri}: {error.filename} does not exist")
    return StorageError("INVALID", f"{uri}: {error.strerror or error}")
