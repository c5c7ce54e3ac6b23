"""Requests to an OpenStack Swift: signed in, renewed when a token expires, tried again when the storage stumbles.

Whatever number of places use it, an account has one connection per thread.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar
from urllib.parse import urlsplit

from swiftclient import client
from swiftclient.exceptions import ClientException

from .config import SwiftAccess, secret
from .swift_login import BRIEF, BROKEN, TIMEOUT, host, login, pause
from .uri import StorageError, StorageErrorCode

T = TypeVar("T")

PATIENT = 9
"""Tries while inputs and outputs are copied: more than a minute."""
_TEMPORARY = (408, 409, 429, 498, 499)
"""Besides 5xx: time-outs, a race, rate limits."""


class SwiftAccount:
    """An account of a Swift (a project's containers), reached with a system account's token.

    Args:
        access: the system account.
        endpoint: as it stands in the URI; with a path, it says which account is meant.
    """

    def __init__(self, access: SwiftAccess, endpoint: str) -> None:
        self._access = access
        self._endpoint = endpoint
        self.login = login(access)
        self._url = ""
        self._local = threading.local()

    @property
    def segment_bytes(self) -> int:
        return self._access.segment_bytes

    def url(self) -> str:
        """Return the account's address."""
        if not self._url:
            self._url = self._find_url().rstrip("/")
        return self._url

    def _find_url(self) -> str:
        _, _, path = self._endpoint.partition("/")
        base = self._access.storage_url
        if not path:
            return base if urlsplit(base).path.strip("/") else self._at(base, self.login.storage_url())
        if not base:
            scheme = urlsplit(self._access.auth_url).scheme
            return f"{scheme}://{self._endpoint}"
        return base if urlsplit(base).path.strip("/") else f"{base.rstrip('/')}/{path}"

    @staticmethod
    def _at(base: str, url: str) -> str:
        """Return ``url`` with the host that the operator gave, if any."""
        return f"{base.rstrip('/')}{urlsplit(url).path}" if base else url

    def call(self, function: Callable[..., T], *arguments: Any, tries: int, **options: Any) -> T:
        """Call one of swiftclient's functions, which take address, token and connection.

        Raises:
            ClientException: the storage's answer, when trying again is of no use or has been done.
            OSError or HTTPException: nothing answers.
        """
        renewed = False
        attempt = 0
        while True:
            url, token = self.url(), self.login.token()
            try:
                return function(url, token, *arguments, http_conn=self._connection(), **options)
            except ClientException as error:
                if error.http_status == 401 and not renewed:
                    renewed = True
                    self.login.renew(token)
                    continue
                if not is_temporary(error) or attempt + 1 >= tries:
                    raise
            except BROKEN:
                self.forget_connection()
                if attempt + 1 >= tries:
                    raise
            pause(attempt)
            attempt += 1

    def _connection(self) -> Any:
        """Return this thread's connection, kept open from request to request."""
        connection = getattr(self._local, "connection", None)
        if connection is None:
            connection = client.http_connection(
                self.url(), cacert=self._access.cacert or None, insecure=self._access.insecure, timeout=TIMEOUT
            )
            self._local.connection = connection
        return connection

    def forget_connection(self) -> None:
        """Close this thread's connection: nobody knows what is still in it."""
        connection = getattr(self._local, "connection", None)
        if connection is not None:
            self._local.connection = None
            connection[1].close()

    @contextmanager
    def explained(self, uri: str, container: str, doing: str = "read") -> Iterator[None]:
        """Turn what the storage answers in the block into a StorageError about ``uri``.

        Args:
            doing: "read" or "write", which the block needs a right for.
        """
        try:
            yield
        except ClientException as error:
            raise self._explain(error, uri, container, doing) from None
        except BROKEN as error:
            self.forget_connection()
            raise StorageError(
                StorageErrorCode.FAILED,
                f"{uri} cannot be reached: the object storage at {host(self.url())} does not answer "
                f"({type(error).__name__}); try again when it does",
            ) from None

    def _explain(self, error: ClientException, uri: str, container: str, doing: str) -> StorageError:
        status = error.http_status
        if status in (401, 403):
            tenant, user = self.login.system_account()
            return StorageError(
                StorageErrorCode.PERMISSION,
                f"{uri} may not be {'written to' if doing == 'write' else 'read'}: the system account "
                f"(tenant {tenant}, user {user}) has no {doing} permission for the container {container}; "
                "grant it in the object storage's access settings",
            )
        if status == 404:
            # Swift says the same of an object and of a container: ask for the container.
            return self.missing_container(uri, container) or StorageError.not_found(uri)
        if status in (413, 507):
            return StorageError(
                StorageErrorCode.FULL,
                f"No space is left in the storage of {uri}: the object storage refuses more ({error.msg}, {status}); "
                "free some, or have the quota raised, and run again",
            )
        return StorageError(
            StorageErrorCode.FAILED,
            f"{uri} failed: the object storage at {host(self.url())} answered {status} ({error.http_reason}); "
            "try again, or ask its operator",
        )

    def missing_container(self, uri: str, container: str) -> StorageError | None:
        """Return the error that the container does not exist; None: it does, or one may not know."""
        try:
            self.call(client.head_container, container, tries=BRIEF)
        except ClientException as error:
            if error.http_status != 404:
                return None
        except BROKEN:
            self.forget_connection()
            return None
        else:
            return None
        return StorageError(
            StorageErrorCode.NOT_FOUND,
            f"{uri}: the container {container} does not exist in the object storage; create it, or correct the path",
        )


def is_temporary(error: ClientException) -> bool:
    """Tell whether asking again may help. 507 is a full disk, not a storage that stumbles."""
    status = error.http_status or 0
    return (status >= 500 and status != 507) or status in _TEMPORARY


_accounts: dict[tuple[str, str], SwiftAccount] = {}
_lock = threading.Lock()


def account(access: SwiftAccess, endpoint: str) -> SwiftAccount:
    """Return the process's one object for an account, with its connections.

    Raises:
        StorageError: NOT_CONFIGURED, the key is not where the operator says.
    """
    try:
        name = repr(access) + str(hash(secret(access.key)))
    except (OSError, KeyError) as error:
        raise StorageError(
            StorageErrorCode.NOT_CONFIGURED,
            f"The key of the object storage {endpoint} cannot be found ({type(error).__name__}: {error}); "
            "ask the operator to correct its configuration",
        ) from error
    with _lock:
        found = _accounts.get((name, endpoint))
    if found is None:
        found = SwiftAccount(access, endpoint)
        with _lock:
            found = _accounts.setdefault((name, endpoint), found)
    return found
