"""Who somebody is, as the hub says: its tokens are good here, its groups are projects, its admins administrators.

What the hub said is kept in the store (users and memberships), so that the rest of the backend asks one place. A
token's answer is believed for a few seconds; a token that ended with its notebook is refused soon after.
"""

from __future__ import annotations

import re
import threading
import time
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, Any

import httpx

from ..resources.errors import EasyMakerError, ResultCode
from ..store import users
from ..store.database import Database
from ..store.tables import UserRow

if TYPE_CHECKING:
    from jupyterhub.services.auth import HubAuth

_BELIEVED_SECONDS = 20
_BELIEVED_WITHOUT_HUB_SECONDS = 300
"""While the hub does not answer, what it said before holds so long: its restart must not stop everybody's work."""
_ANSWER_SECONDS = 10
_MOST_ANSWERS = 10_000
_APPKEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True)
class _Answer:
    """What the hub said of a token."""

    at: float
    model: dict[str, Any] | None


class HubIdentity:
    """Asks the hub this backend is a service of (JUPYTERHUB_API_URL, JUPYTERHUB_API_TOKEN).

    Args:
        everyone: the project everybody belongs to; empty: only the hub's groups count.
    """

    def __init__(self, database: Database, everyone: str) -> None:
        from jupyterhub.services.auth import HubAuth

        # Its own way to ask from synchronous code is not for several threads at once, so it is asked here.
        self._hub: HubAuth = HubAuth()
        self._client = httpx.Client(base_url=f"{self._hub.api_url.rstrip('/')}/", timeout=_ANSWER_SECONDS)
        self._needed = set(self._hub.access_scopes)
        self._database = database
        self._everyone = everyone
        self._kept: dict[str, tuple[bool, frozenset[str]]] = {}
        self._answers: dict[str, _Answer] = {}
        self._lock = threading.Lock()

    def user(self, token: str) -> UserRow | None:
        """Return whose token this is, None if it is nobody's or not for this service.

        Raises:
            EasyMakerError: UNAVAILABLE, the hub does not answer.
        """
        model = self._ask(token)
        if model is None or model.get("kind") != "user" or not self._hub.check_scopes(self._needed, model):
            return None
        name = str(model["name"])
        admin = bool(model.get("admin"))
        self._keep(name, admin, self._projects(model))
        return UserRow(id=name, token_hash=_no_token(name), is_admin=admin)

    def _ask(self, token: str) -> dict[str, Any] | None:
        known = self._answers.get(token)
        age = time.monotonic() - known.at if known else inf
        if known and age < _BELIEVED_SECONDS:
            return known.model
        try:
            answer = self._client.get("user", headers={"Authorization": f"token {token}"})
            if answer.status_code not in (200, 401, 403):
                raise httpx.HTTPError(f"HTTP {answer.status_code}")
            model = answer.json() if answer.status_code == 200 else None
        except (httpx.HTTPError, ValueError) as error:
            if known and known.model and age < _BELIEVED_WITHOUT_HUB_SECONDS:
                return known.model
            raise EasyMakerError(
                ResultCode.UNAVAILABLE,
                "JupyterHub does not answer, so nobody can be recognised; try again in a moment.",
            ) from error
        self._remember(token, model)
        return model

    def _remember(self, token: str, model: dict[str, Any] | None) -> None:
        now = time.monotonic()
        with self._lock:
            if len(self._answers) >= _MOST_ANSWERS:
                young = {key: each for key, each in self._answers.items() if now - each.at < _BELIEVED_SECONDS}
                self._answers = young if len(young) < _MOST_ANSWERS else {}
            self._answers[token] = _Answer(now, model)

    def _projects(self, model: dict[str, Any]) -> frozenset[str]:
        groups = {str(group) for group in model.get("groups", ()) if _APPKEY.fullmatch(str(group))}
        return frozenset(groups | ({self._everyone} if self._everyone else set()))

    def _keep(self, name: str, admin: bool, projects: frozenset[str]) -> None:
        """Write down what the hub said, unless it is what it said before."""
        with self._lock:
            if self._kept.get(name) == (admin, projects):
                return
            with self._database.session() as session:
                kept = users.keep_from_elsewhere(session, name, _no_token(name), is_admin=admin, projects=projects)
            if not kept:
                raise EasyMakerError(
                    ResultCode.FORBIDDEN,
                    f"The name {name} belongs to a user this backend has of its own; sign in to the hub as another.",
                )
            self._kept[name] = (admin, projects)


def _no_token(name: str) -> str:
    """Return what stands for the hash of a token and is none."""
    import hashlib

    return f"{users.ELSEWHERE}{hashlib.sha256(name.encode()).hexdigest()[:56]}"
