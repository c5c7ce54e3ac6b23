"""Signing in to an OpenStack Swift with tempauth (v1) or Keystone (v3): one login per system account and process."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from http.client import HTTPException
from typing import Any, NamedTuple, TypeVar
from urllib.parse import urlsplit

from keystoneauth1 import exceptions as auth
from keystoneauth1.session import Session
from requests.exceptions import RequestException
from urllib3.exceptions import HTTPError

from .config import SwiftAccess, secret
from .uri import StorageError, StorageErrorCode

T = TypeVar("T")

BRIEF = 3
"""Tries while somebody waits for an answer."""
FIRST_PAUSE = 0.25
LONGEST_PAUSE = 16.0
TIMEOUT = (10, 120)
"""Seconds to connect, and between two pieces of an answer."""
BROKEN = (RequestException, HTTPError, HTTPException, ConnectionError, TimeoutError)
"""What a connection that fails, or ends in the middle, is told by."""


class Token(NamedTuple):
    """A token for the object storage, and when it ends (None: not told)."""

    id: str
    expires: float | None


class Login:
    """A system account's sign-in, made again whenever it has ended.

    Raises (every method):
        StorageError: PERMISSION, the credentials are refused; FAILED, nothing answers.
    """

    def __init__(self, access: SwiftAccess) -> None:
        self._access = access
        self._plugin = _plugin(access)
        self._session = Session(
            auth=self._plugin, verify=(access.cacert or True) if not access.insecure else False, timeout=TIMEOUT[1]
        )
        self._lock = threading.Lock()

    def token(self) -> str:
        return self.issued().id

    def issued(self, good_for: float = 0) -> Token:
        """Return the token that is good now, and for so many seconds if a new one can be had."""
        found = self._ask(lambda: self._plugin.get_access(self._session))
        if found.expires and found.expires.timestamp() < time.time() + good_for:
            self._plugin.invalidate()
            found = self._ask(lambda: self._plugin.get_access(self._session))
        return Token(found.auth_token, found.expires.timestamp() if found.expires else None)

    def renew(self, refused: str) -> None:
        """Forget a token that was refused, unless another thread already has."""
        with self._lock:
            if self.token() == refused:
                self._plugin.invalidate()

    def storage_url(self) -> str:
        """Return where the system account's own account is."""
        found = self._ask(
            lambda: self._plugin.get_endpoint(
                self._session, service_type="object-store", interface="public", region_name=self._access.region or None
            )
        )
        if not found:
            raise StorageError(
                StorageErrorCode.NOT_CONFIGURED, "The catalogue of the object storage's Keystone has no object-store"
            )
        return str(found)

    def system_account(self) -> tuple[str, str]:
        """Return the tenant id and the user id that people grant access to."""
        if self._access.auth_version == "1":
            return self.storage_url().rpartition("AUTH_")[2], self._access.user
        found = self._ask(lambda: self._plugin.get_access(self._session))
        return str(found.project_id or ""), str(found.user_id)

    def _ask(self, question: Callable[[], T]) -> T:
        for attempt in range(BRIEF):
            try:
                return question()
            except (auth.Unauthorized, auth.InvalidResponse) as error:
                status = getattr(error.response, "status_code", 401)
                if status < 500:
                    raise self._refused() from None
            except auth.EndpointNotFound as error:
                raise StorageError(
                    StorageErrorCode.NOT_CONFIGURED,
                    f"The Keystone at {host(self._access.auth_url)} knows of no such object storage ({error}); "
                    "ask the operator to correct the region",
                ) from None
            except auth.DiscoveryFailure as error:
                raise StorageError(StorageErrorCode.FAILED, f"Signing in to the object storage: {error}") from None
            except auth.HttpError as error:
                if error.http_status < 500:
                    raise self._refused() from None
            except (auth.ClientException, *BROKEN):
                pass
            if attempt + 1 < BRIEF:
                pause(attempt)
        raise StorageError(
            StorageErrorCode.FAILED,
            f"The object storage's sign-in at {host(self._access.auth_url)} does not answer; "
            "try again when it does, or ask the operator",
        )

    def _refused(self) -> StorageError:
        return StorageError(
            StorageErrorCode.PERMISSION,
            f"The object storage's sign-in at {host(self._access.auth_url)} refuses the system account "
            f"{self._access.user}; ask the operator to correct its credentials",
        )


def pause(attempt: int) -> None:
    """Wait before the next try: longer every time, and never all at the same moment."""
    time.sleep(min(FIRST_PAUSE * 2**attempt, LONGEST_PAUSE) * random.uniform(0.5, 1.0))  # noqa: S311


_logins: dict[str, Login] = {}
_lock = threading.Lock()


def login(access: SwiftAccess) -> Login:
    """Return the process's login of a system account."""
    name = repr(replace(access, storage_url="", segment_bytes=0)) + str(hash(secret(access.key)))
    with _lock:
        if name not in _logins:
            _logins[name] = Login(access)
        return _logins[name]


def _plugin(access: SwiftAccess) -> Any:
    if access.auth_version == "1":
        from swiftclient.authv1 import PasswordPlugin

        return PasswordPlugin(access.auth_url, access.user, secret(access.key))
    from keystoneauth1.identity.v3 import Password

    project = (
        {"project_id": access.project_id}
        if access.project_id
        else {
            "project_name": access.project,
            "project_domain_name": access.project_domain,
        }
    )
    given: dict[str, Any] = {"user_domain_name": access.user_domain, **project}
    return Password(auth_url=access.auth_url, username=access.user, password=secret(access.key), **given)


def host(url: str) -> str:
    return urlsplit(url).netloc
