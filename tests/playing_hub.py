"""A hub in this process for what a real one cannot be made to do: fail before or after doing something, at any call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from jupyter_easymaker.engines.hub import HubRefused, HubServer, HubUnavailable, HubUser, Outcome


@dataclass
class PlayingHub:
    """Its servers start and stop when ``go_on`` is called, and it counts what it was asked to do."""

    servers: dict[tuple[str, str], HubServer] = field(default_factory=dict)
    done: list[tuple[str, str]] = field(default_factory=list)
    """What it did: ``("start", server)``."""
    before: Callable[[str], None] = lambda _call: None
    """Called before it does something; raises to fail."""
    after: Callable[[str], None] = lambda _call: None
    problem: str = ""
    error: str = ""
    """Why the next start fails."""
    created: datetime = field(default_factory=lambda: datetime.now(UTC) - timedelta(days=1))
    _clock: int = 0

    def users(self) -> dict[str, HubUser]:
        self.before("users")
        names = {owner for owner, _ in self.servers} | {"ada"}
        return {name: HubUser(name, self.created, (), self._of(name)) for name in names}

    def active_users(self) -> dict[str, HubUser]:
        self.before("active_users")
        names = {owner for (owner, _), server in self.servers.items() if not server.stopped}
        return {name: HubUser(name, self.created, (), self._of(name, stopped=False)) for name in names}

    def user(self, name: str) -> HubUser | None:
        return self.users().get(name)

    def _of(self, owner: str, *, stopped: bool = True) -> Mapping[str, HubServer]:
        return {
            name: server
            for (of, name), server in self.servers.items()
            if of == owner and (stopped or not server.stopped)
        }

    def start(self, owner: str, name: str, *, display_name: str, options: Mapping[str, Any]) -> None:
        self.before("start")
        server = self.servers.get((owner, name), HubServer(owner, name))
        if not server.stopped:
            raise HubRefused(400, f"{name} is already running")
        self._clock += 1
        self.done.append(("start", name))
        outcome = Outcome(action=options["easymaker"]["action"])
        started = datetime.fromtimestamp(self._clock, UTC).isoformat()
        changes = {"pending": "spawn", "started": started, "outcome": outcome, "path": f"/user/{owner}/{name}/"}
        self.servers[owner, name] = replace(server, display_name=display_name, **changes)
        self.after("start")

    def stop(self, owner: str, name: str) -> None:
        self.before("stop")
        server = self.servers[owner, name]
        if server.ready:
            self.done.append(("stop", name))
            self.servers[owner, name] = replace(server, ready=False, pending="stop")
        self.after("stop")

    def remove(self, owner: str, name: str) -> None:
        self.before("remove")
        if self.servers.pop((owner, name), None) is not None:
            self.done.append(("remove", name))
        self.after("remove")

    def rename(self, owner: str, name: str, display_name: str) -> None:
        self.before("rename")
        self.servers[owner, name] = replace(self.servers[owner, name], display_name=display_name)

    def progress(self, owner: str, name: str) -> str:
        self.before("progress")
        return "Starting."

    def probe(self, server: HubServer) -> str:
        return self.problem

    def ask(self, server: HubServer, path: str, **parameters: Any) -> httpx.Response:
        raise HubUnavailable("nothing runs here")

    def go_on(self) -> None:
        """Finish what is pending."""
        for key, server in self.servers.items():
            if server.pending == "spawn" and self.error:
                outcome = replace(server.outcome, error=self.error)
                self.servers[key] = replace(server, pending=None, started="", outcome=outcome)
            elif server.pending == "spawn":
                self.servers[key] = replace(server, pending=None, ready=True)
            elif server.pending == "stop":
                outcome = replace(server.outcome, stopped=True)
                self.servers[key] = replace(server, pending=None, started="", outcome=outcome)
