"""The thread that watches the hub's servers: often while something is on its way, now and then otherwise.

Of its own, because a hub that is slow or down must not keep trainings waiting. Each notebook is in one pair of hands
at a time; several are worked on at once.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from ..engines.hub import Hub, HubError, HubServer, HubUser
from ..resources.notebook import NotebookStatus
from ..store import notebooks
from ..store.database import Database
from ..store.hub_tables import NotebookRow
from .notebook import is_settled, keep_health, reconcile_notebook, rename_at_hub

_LOG = logging.getLogger(__name__)
_BUSY_SECONDS = 0.5
_MOST_BACKOFF = 10.0
_WORKERS = 8
_FULL_LOOK_EVERY = 12
"""One look in so many is at the stopped servers too: somebody may have made or deleted one at the hub's page."""
_FEW_OWNERS = 10
"""So many are asked for one by one; beyond it all users at once are less for the hub to do."""
_FAILED_PROBES = 2  # one may be lost in a busy moment


def _server_of(row: NotebookRow, users: Mapping[str, HubUser]) -> HubServer | None:
    user = users.get(row.owner)
    return user.servers.get(row.server_name) if user is not None else None


@dataclass
class _Probed:
    at: float = 0.0
    failures: int = 0


class NotebookLoop:
    """Reconciles notebooks until closed.

    Args:
        adopt: makes a notebook of a server that was made at the hub's own page.
        every_seconds: how often all servers are looked at while nothing is on its way.
        probe_seconds: how often each running server is asked whether it is well.
    """

    def __init__(
        self,
        database: Database,
        hub: Hub,
        adopt: Callable[[HubUser, HubServer], None],
        *,
        every_seconds: float = 5.0,
        probe_seconds: float = 15.0,
    ) -> None:
        self._database = database
        self._hub = hub
        self._adopt = adopt
        self._every_seconds = every_seconds
        self._probe_seconds = probe_seconds
        self._woken = threading.Event()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="notebooks", daemon=True)
        self._workers = ThreadPoolExecutor(_WORKERS, thread_name_prefix="notebook")
        self._held: set[str] = set()
        self._lock = threading.Lock()
        self._probed: dict[str, _Probed] = {}
        self._all_at = 0.0
        self._looks = 0
        self._resting: dict[str, int] = {}
        """Notebooks that were seen stopped with nothing to do for them, in which version."""
        self._rows: dict[str, NotebookRow] = {}
        """As they were at the last look; none is used that has another version by now."""

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Finish the steps at hand and end the threads."""
        self._closed = True
        self._woken.set()
        if self._thread.is_alive():
            self._thread.join()
        self._workers.shutdown(wait=True, cancel_futures=True)

    def wake(self) -> None:
        """Look now: a commit gave us work."""
        self._woken.set()

    def _run(self) -> None:
        backoff = _BUSY_SECONDS
        while not self._closed:
            try:
                pause = self.look()
                backoff = _BUSY_SECONDS
            except HubError as error:
                _LOG.warning("notebooks cannot be looked at: %s; trying again", error)
                self._tell_waiting(str(error))
                pause = backoff = min(backoff * 2, _MOST_BACKOFF)
            except Exception:
                _LOG.exception("looking at the notebooks failed; trying again")
                pause = backoff = min(backoff * 2, _MOST_BACKOFF)
            self._woken.wait(pause)
            self._woken.clear()

    def look(self) -> float:
        """Look once; return how many seconds to wait before the next look.

        At everything now and then, and in between at the owners of what is on its way: a hub has many servers.
        """
        rows = self._live_rows()
        if time.monotonic() >= self._all_at:
            rows, users = self._look_at_all(rows)
            self._all_at = time.monotonic() + self._every_seconds
        else:
            rows = [row for row in rows if not NotebookStatus(row.status).terminal]
            users = self._asked({row.owner for row in rows})
        for row in rows:
            server = _server_of(row, users)
            if is_settled(row, server):
                if server is None or server.stopped:
                    self._resting[row.id] = row.version
                if not self._probe_is_due(row, server):
                    continue
            self._give(row, server)
        busy = any(not NotebookStatus(row.status).terminal for row in rows)
        return _BUSY_SECONDS if busy else max(0.0, self._all_at - time.monotonic())

    def _look_at_all(self, rows: list[NotebookRow]) -> tuple[list[NotebookRow], dict[str, HubUser]]:
        """Return the notebooks something may have become of, and their owners as the hub sees them now.

        Most servers are stopped and stay so: the hub tells all of them only in every few looks.
        """
        everything = self._looks % _FULL_LOOK_EVERY == 0
        users = self._hub.users() if everything else self._hub.active_users()
        self._adopt_new(users, {notebooks.live_server(row.owner, row.server_name) for row in rows})
        self._looks += 1
        if everything:
            ids = {row.id for row in rows}
            self._probed = {each: probed for each, probed in self._probed.items() if each in ids}
            self._resting = {each: version for each, version in self._resting.items() if each in ids}
            return rows, users
        rows = [row for row in rows if _server_of(row, users) or self._resting.get(row.id) != row.version]
        return rows, {**users, **self._asked({row.owner for row in rows if not _server_of(row, users)})}

    def _asked(self, owners: set[str]) -> dict[str, HubUser]:
        """Return users with all their servers."""
        if len(owners) > _FEW_OWNERS:
            return self._hub.users()
        asked = {owner: self._hub.user(owner) for owner in sorted(owners)}
        return {owner: user for owner, user in asked.items() if user is not None}

    def _live_rows(self) -> list[NotebookRow]:
        """Return the notebooks there are, reading only those that have changed since the last look."""
        with self._database.reading() as session:
            versions = notebooks.versions(session)
            kept = {each: row for each, row in self._rows.items() if versions.get(each) == row.version}
            new = notebooks.by_ids(session, [each for each in versions if each not in kept])
        found = {**kept, **{row.id: row for row in new}}
        self._rows = {each: found[each] for each in versions if each in found}  # one may be gone by now
        return list(self._rows.values())

    def _adopt_new(self, users: Mapping[str, HubUser], known: set[str]) -> None:
        for user in users.values():
            for server in user.servers.values():
                if notebooks.live_server(user.name, server.name) in known or not (server.name or server.started):
                    continue
                try:
                    self._adopt(user, server)
                except Exception:
                    _LOG.exception("the server %s of %s could not become a notebook", server.name, user.name)

    def _give(self, row: NotebookRow, server: HubServer | None) -> None:
        with self._lock:
            if row.id in self._held:
                return
            self._held.add(row.id)
        self._workers.submit(self._work, row, server)

    def _work(self, row: NotebookRow, server: HubServer | None) -> None:
        try:
            reconcile_notebook(self._database, self._hub, row.id, server)
            rename_at_hub(self._hub, row, server)
            if server is not None and self._probe_is_due(row, server):
                self._probe(row.id, server)
        except HubError as error:
            _LOG.warning("notebook %s has to wait for the hub: %s", row.id, error)
        except Exception:
            _LOG.exception("reconciling the notebook %s failed; it will be tried again", row.id)
        finally:
            with self._lock:
                self._held.discard(row.id)

    def _probe_is_due(self, row: NotebookRow, server: HubServer | None) -> bool:
        if server is None or not server.ready or row.status != NotebookStatus.ACTIVE:
            return False
        probed = self._probed.get(row.id, _Probed())
        return time.monotonic() >= probed.at + (self._every_seconds if probed.failures else self._probe_seconds)

    def _probe(self, notebook_id: str, server: HubServer) -> None:
        probed = self._probed.setdefault(notebook_id, _Probed())
        problem = self._hub.probe(server)
        probed.at = time.monotonic()
        probed.failures = probed.failures + 1 if problem else 0
        if 0 < probed.failures < _FAILED_PROBES:
            return
        with self._database.reading() as session:
            row = session.get(NotebookRow, notebook_id)
        if row is not None and row.incarnation == server.started:
            keep_health(self._database, row, problem)

    def _tell_waiting(self, why: str) -> None:
        """Say of what is on its way that the hub is waited for."""
        note = f"Waiting for the hub: {why}."
        with self._database.reading() as session:
            rows = [row for row in notebooks.all_live(session) if not NotebookStatus(row.status).terminal]
        for row in rows:
            if row.status_reason != note:
                with self._database.session() as session:
                    notebooks.transition(session, row, None, reason=note)
