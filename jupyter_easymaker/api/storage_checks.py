"""What a request says about storages, checked before it is accepted: a wrong path must not show hours later."""

from __future__ import annotations

from collections.abc import Callable

from ..resources.errors import EasyMakerError, FieldError, ResultCode
from ..storage import access
from ..storage.config import StorageConfig
from ..storage.uri import StorageError, StorageErrorCode


class StorageChecks:
    """Collects what is wrong with the storage paths of a request, so that all of it is told at once.

    Args:
        storage: the storages of the project.
    """

    def __init__(self, storage: StorageConfig) -> None:
        self._storage = storage
        self._problems: list[tuple[str, StorageError]] = []

    def input(self, field: str, uri: str | None) -> None:
        """Require a file or directory to be there."""
        self._check(field, uri, _require_existing)

    def directory(self, field: str, uri: str | None) -> None:
        """Require a directory to be there."""
        self._check(field, uri, _require_directory)

    def file(self, field: str, uri: str | None) -> None:
        """Require a file to be there."""
        self._check(field, uri, _require_file)

    def output(self, field: str, uri: str | None) -> None:
        """Require a directory that can be made, or written into."""
        self._check(field, uri, _require_writable)

    @property
    def passed(self) -> bool:
        return not self._problems

    def finish(self) -> None:
        """Refuse the request if anything is wrong.

        Raises:
            EasyMakerError: naming each field that is.
        """
        if self._problems:
            missing = any(error.is_not_found for _, error in self._problems)
            raise EasyMakerError(
                ResultCode.STORAGE_NOT_FOUND if missing else ResultCode.INVALID_STORAGE_URI,
                "; ".join(f"{field}: {error}" for field, error in self._problems),
                tuple(FieldError(field, str(error)) for field, error in self._problems),
            )

    def _check(self, field: str, uri: str | None, check: Callable[[access.Place], None]) -> None:
        if uri is None:
            return
        try:
            check(access.resolve(uri, self._storage))
        except StorageError as error:
            self._problems.append((field, error))


def _require_existing(location: access.Place) -> None:
    if not location.exists():
        raise StorageError.not_found(location.uri)


def _require_directory(location: access.Place) -> None:
    _require_existing(location)
    if not location.is_dir():
        raise StorageError(StorageErrorCode.INVALID, f"{location.uri} is a file; a directory is needed")


def _require_file(location: access.Place) -> None:
    _require_existing(location)
    if location.is_dir():
        raise StorageError(StorageErrorCode.INVALID, f"{location.uri} is a directory; a file is needed")


def _require_writable(location: access.Place) -> None:
    location.check_writable()
