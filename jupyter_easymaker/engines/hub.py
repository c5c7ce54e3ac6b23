"""Where notebooks run: the named servers of a JupyterHub, over its REST API.

Every call can be repeated: what is asked twice is done once, because the hub knows a server by its owner and name.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import quote

import httpx

_PAGE = 200
_SECONDS = 15.0
_PROBE_SECONDS = 5.0
_PROGRESS_SECONDS = 2.0
_MESSAGE_LENGTH = 500


class HubError(Exception):
    """The hub did not do it; the text says why."""


class HubUnavailable(HubError):
    """It did not answer, or could not say: look again later."""


class HubRefused(HubError):
    """It said no.

    Args:
        status: the HTTP status.
    """

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class Outcome:
    """What became of a start, as our spawners keep it with the server (``hub/outcome.py`` writes it)."""

    action: str = ""
    """Which start."""
    error: str = ""
    """Why it failed; empty: it did not."""
    stopped: bool = False
    """The server was stopped on purpose after that."""
    exit_status: int | None = None
    """The server ended by itself, with this."""


@dataclass(frozen=True)
class HubServer:
    """A server as the hub sees it."""

    owner: str
    name: str
    display_name: str = ""
    ready: bool = False
    pending: str | None = None
    """What is going on: ``spawn``, ``stop`` ..."""
    started: str = ""
    """When it was started, as the hub writes it; empty while it is stopped."""
    last_activity: datetime | None = None
    path: str = ""
    """Below the hub's address."""
    outcome: Outcome = field(default_factory=Outcome)

    @property
    def stopped(self) -> bool:
        return not self.ready and self.pending is None


@dataclass(frozen=True)
class HubUser:
    """Somebody the hub knows, with all their servers."""

    name: str
    created: datetime | None
    groups: tuple[str, ...]
    servers: Mapping[str, HubServer]


class Hub(Protocol):
    """What reconcilers need of a hub. Everything raises ``HubError``."""

    def users(self) -> dict[str, HubUser]:
        """Return everybody with all their servers, by name."""

    def active_users(self) -> dict[str, HubUser]:
        """Return those who have servers that run or are on their way, with these servers only, by name."""

    def user(self, name: str) -> HubUser | None:
        """Return one user."""

    def start(self, owner: str, name: str, *, display_name: str, options: Mapping[str, Any]) -> None:
        """Ask for a server to be started, made first if there is none; it goes on after this returns."""

    def stop(self, owner: str, name: str) -> None:
        """Ask for a server to be stopped."""

    def remove(self, owner: str, name: str) -> None:
        """Ask for a server to be stopped and forgotten, and its storages with it. One that is none is no error."""

    def rename(self, owner: str, name: str, display_name: str) -> None:
        """Change what people read; only while it is stopped."""

    def progress(self, owner: str, name: str) -> str:
        """Return what a server that is being started is doing, for people; empty: it does not say."""

    def probe(self, server: HubServer) -> str:
        """Return why a server does not answer as it should; empty: it does."""

    def ask(self, server: HubServer, path: str, **parameters: Any) -> httpx.Response:
        """Ask a running notebook's own server something, in the name of the backend."""


class JupyterHubClient:
    """The hub this backend is a service of.

    Args:
        api_url: of its REST API, as JUPYTERHUB_API_URL says.
        token: the service's.
        public_url: where browsers find the hub and its servers; servers are probed there.
    """

    def __init__(self, api_url: str, token: str, public_url: str) -> None:
        self._api = httpx.Client(
            base_url=f"{api_url.rstrip('/')}/", headers={"Authorization": f"token {token}"}, timeout=_SECONDS
        )
        self._servers = httpx.Client(
            base_url=public_url.rstrip("/"), headers={"Authorization": f"token {token}"}, timeout=_PROBE_SECONDS
        )

    def close(self) -> None:
        self._api.close()
        self._servers.close()

    def users(self) -> dict[str, HubUser]:
        return self._users(include_stopped_servers="1")

    def active_users(self) -> dict[str, HubUser]:
        return self._users(state="active")

    def _users(self, **which: str) -> dict[str, HubUser]:
        found: dict[str, HubUser] = {}
        offset = 0
        while True:
            answer = self._call(
                "GET",
                "users",
                params={**which, "offset": offset, "limit": _PAGE},
                headers={"Accept": "application/jupyterhub-pagination+json"},
            ).json()
            found.update((model["name"], _user(model)) for model in answer["items"])
            following = answer["_pagination"]["next"]
            if following is None:
                return found
            offset = int(following["offset"])

    def user(self, name: str) -> HubUser | None:
        try:
            answer = self._call("GET", f"users/{quote(name, safe='')}", params={"include_stopped_servers": "1"})
        except HubRefused as error:
            if error.status == 404:
                return None
            raise
        return _user(answer.json())

    def start(self, owner: str, name: str, *, display_name: str, options: Mapping[str, Any]) -> None:
        body: dict[str, Any] = {"user_options": dict(options)}
        if name:
            body["display_name"] = display_name
        self._call("POST", _server(owner, name), json=body)

    def stop(self, owner: str, name: str) -> None:
        self._end(owner, name, remove=False)

    def remove(self, owner: str, name: str) -> None:
        self._end(owner, name, remove=bool(name))  # the one without a name cannot be removed, only stopped

    def _end(self, owner: str, name: str, *, remove: bool) -> None:
        try:
            self._call("DELETE", _server(owner, name), json={"remove": remove})
        except HubRefused as error:
            if error.status != 404:
                raise

    def rename(self, owner: str, name: str, display_name: str) -> None:
        self._call("PATCH", _server(owner, name), json={"display_name": display_name})

    def progress(self, owner: str, name: str) -> str:
        # A stream of events that ends with the start: what it has said so far is said again at once.
        said = ""
        path = f"{_server(owner, name)}/progress"
        try:
            with self._api.stream("GET", path, timeout=httpx.Timeout(_SECONDS, read=_PROGRESS_SECONDS)) as answer:
                if answer.status_code != 200:
                    return ""
                for line in answer.iter_lines():
                    if line.startswith("data: "):
                        said = str(json.loads(line.removeprefix("data: ")).get("message", ""))
        except httpx.ReadTimeout:
            return said
        except (httpx.HTTPError, json.JSONDecodeError) as error:
            raise HubUnavailable(f"JupyterHub does not say how far it is: {_cause(error)}") from error
        return said

    def probe(self, server: HubServer) -> str:
        try:
            answer = self._servers.get(f"{server.path.rstrip('/')}/api")
        except httpx.HTTPError as error:
            return f"its server does not answer: {_cause(error)}"
        if answer.status_code != 200:
            return f"its server answers with HTTP {answer.status_code}"
        return ""

    def ask(self, server: HubServer, path: str, **parameters: Any) -> httpx.Response:
        try:
            return self._servers.get(f"{server.path.rstrip('/')}/{path}", params=parameters)
        except httpx.HTTPError as error:
            raise HubUnavailable(f"the notebook's server does not answer: {_cause(error)}") from error

    def _call(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        try:
            answer = self._api.request(method, path, **arguments)
        except httpx.HTTPError as error:
            raise HubUnavailable(f"JupyterHub does not answer: {_cause(error)}") from error
        if answer.status_code in (429, 502, 503, 504):
            raise HubUnavailable(f"JupyterHub is busy: {_message(answer)}")
        if answer.status_code >= 300:
            raise HubRefused(answer.status_code, _message(answer))
        return answer


def _server(owner: str, name: str) -> str:
    return f"users/{quote(owner, safe='')}/" + (f"servers/{quote(name, safe='')}" if name else "server")


def _cause(error: Exception) -> str:
    return str(error) or type(error).__name__


def _message(answer: httpx.Response) -> str:
    try:
        said = str(answer.json()["message"])
    except (ValueError, KeyError, TypeError):
        said = answer.text
    return (said or f"HTTP {answer.status_code}")[:_MESSAGE_LENGTH]


def _user(model: Mapping[str, Any]) -> HubUser:
    name = str(model["name"])
    servers = {key: _hub_server(name, each) for key, each in (model.get("servers") or {}).items()}
    return HubUser(name, _moment(model.get("created")), tuple(model.get("groups", ())), servers)


def _hub_server(owner: str, model: Mapping[str, Any]) -> HubServer:
    kept = (model.get("state") or {}).get("easymaker") or {}
    return HubServer(
        owner=owner,
        name=str(model["name"]),
        display_name=str(model.get("display_name") or ""),
        ready=bool(model["ready"]),
        pending=model["pending"],
        started=str(model["started"] or ""),
        last_activity=_moment(model.get("last_activity")),
        path=str(model["url"]),
        outcome=Outcome(
            action=str(kept.get("action", "")),
            error=str(kept.get("error", "")),
            stopped=bool(kept.get("stopped")),
            exit_status=kept.get("exitStatus"),
        ),
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
