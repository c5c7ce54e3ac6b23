"""One look at one service of one machine: what became of its replicas, what to do next, what to clean up.

Each change is one atomic write or rename, in an order that leaves the next look to go on wherever this one was killed.
"""

from __future__ import annotations

import time
from math import inf
from pathlib import Path

from . import job_files, service_files
from .local_starting import Starter
from .rollout import STABLE_SECONDS, Plan, Standing, pause, plan
from .service import ReplicaState
from .service_files import Failure, ReplicaFiles

_CLOCK_SECONDS = 1.0
"""What lies further ahead than this was noted before the clock was set back."""


class ServiceStep:
    """One look at one service.

    Args:
        service: its directory.
        starter: starts and stops replicas.
    """

    def __init__(self, service: Path, starter: Starter) -> None:
        self._service = service
        self._starter = starter
        self._now = time.time()
        self._seconds = inf
        self.replicas: list[ReplicaFiles] = []
        """Those there are now, those made in this step included."""
        self.discarded: list[Path] = []
        """Directories to delete."""

    def take(self) -> float:
        """Do what there is to do; return in how many seconds there is more, infinity if nothing is known to come."""
        wanted = job_files.read_json(str(self._service / service_files.SERVICE))
        if wanted is None:
            return self._seconds
        self.replicas = service_files.replicas(self._service)
        for replica in self.replicas:
            self._follow(replica)
        revision, replicas = (0, 0) if wanted["removing"] else (wanted["revision"], wanted["replicas"])
        by_name = {each.name: each for each in self.replicas}
        made = self._carry_out(plan(revision, replicas, self._standings()), revision, by_name)
        held = self._clean(wanted["revision"], bool(wanted.get(service_files.HOLDS)))
        self.replicas = service_files.replicas(self._service)
        if wanted["removing"] and not held and all(each.state is None for each in self.replicas):
            self._forget()
        return 0.0 if made else self._seconds

    def _follow(self, replica: ReplicaFiles) -> None:
        """Bring a replica's record in line with what became of it."""
        if replica.granted and replica.end is None and not self._starter.still_runs(replica.directory):
            replica.end = job_files.read_json(str(replica.directory / job_files.END))
        if replica.end is not None:
            if not replica.draining and replica.failure is None:
                self._note_failure(replica)
            return
        if replica.draining:
            self._drain_on(replica)
        elif replica.granted and not replica.record["ready"]:
            self._heed_unready(replica)

    def _note_failure(self, replica: ReplicaFiles) -> None:
        assert replica.end is not None  # noqa: S101
        since = replica.record["since"]
        ended_at = replica.end["endedAt"]
        stable = replica.record["ready"] and ended_at - since >= STABLE_SECONDS
        failure = Failure(
            at=ended_at,
            reason=replica.how_it_ended(),
            in_a_row=1 if stable else replica.record["restarts"] + 1,
            was_ready=since is not None,
        )
        replica.write(failure=vars(failure), ready=False)

    def _drain_on(self, replica: ReplicaFiles) -> None:
        left = self._left(replica.record["drainAt"], replica.record["drainSeconds"])
        if left > 0:
            self._seconds = min(self._seconds, left)
        elif not (replica.directory / job_files.STOP).exists():
            self._starter.stop(replica.directory)

    def _heed_unready(self, replica: ReplicaFiles) -> None:
        since = replica.record["since"] or (replica.supervisor or {}).get("startedAt")
        if since is None:
            return
        allowed = replica.job["service"]["readyTimeoutSeconds"]
        left = self._left(since, allowed)
        if left > 0:
            self._seconds = min(self._seconds, left)
        elif not (replica.directory / job_files.STOP).exists():
            replica.write(unready=f"It was not ready within {allowed:g} s.")
            self._starter.stop(replica.directory)

    def _left(self, since: float, seconds: float) -> float:
        """Return how long a time still is."""
        passed = self._now - since
        if passed < -_CLOCK_SECONDS:  # better too early than an hour too late
            return 0.0
        return seconds - max(passed, 0.0)

    def _standings(self) -> list[Standing]:
        standings: list[Standing] = []
        for each in self.replicas:
            state = each.state
            if state is None:
                continue
            failure = each.failure
            retry_in = self._left(failure.at, pause(failure.in_a_row, failure.was_ready)) if failure else 0.0
            if state is ReplicaState.FAILED and retry_in > 0:
                self._seconds = min(self._seconds, retry_in)
            standings.append(Standing(each.name, each.number, each.revision, state, each.served, retry_in))
        return standings

    def _carry_out(self, todo: Plan, revision: int, by_name: dict[str, ReplicaFiles]) -> bool:
        """Do what is planned; return whether a replica was made or asked to end."""
        for name in todo.drain:
            replica = by_name[name]
            seconds = replica.job["service"]["drainSeconds"] if replica.state is ReplicaState.READY else 0.0
            replica.write(drainAt=self._now, drainSeconds=seconds, waits="")
            if replica.end is None:
                self._drain_on(replica)
        for name in todo.restart:
            replaced = by_name[name]
            service_files.make_replica(self._service, replaced.revision, replaced)
        for _ in range(todo.start):
            service_files.make_replica(self._service, revision, None)
        return bool(todo.drain or todo.restart or todo.start)

    def _clean(self, revision: int, holds: bool) -> bool:
        """Delete replicas that are over, but the last that failed and those held, and revisions nobody runs.

        Returns:
            Whether any replica is held.
        """
        found = service_files.all_of(self._service)
        replaced = {each.record["replaces"] for each in found}
        over = [each for each in found if each.end is not None and (each.draining or each.name in replaced)]
        over += [each for each in found if each.record["over"] and each not in over]
        kept = next((each for each in reversed(found) if each in over and each.failure is not None), None)
        held = [each for each in found if holds and each.unread]
        for each in over:
            if (each is kept or each in held) and not each.record["over"]:
                each.write(over=True)  # first: without the one in its place it would seem to be without one
        for each in found:  # those replaced before those in their place, for the same reason
            if each in over and each is not kept and each not in held:
                self.discarded.append(service_files.set_aside(each.directory))
        used = {revision, *(each.revision for each in found if each not in over)}
        unused = set(service_files.revisions(self._service)) - used
        if unused:
            with service_files.locked(self._service.parent / service_files.WANTED_LOCK):
                wanted = job_files.read_json(str(self._service / service_files.SERVICE))
                for number in unused - {wanted["revision"]}:
                    directory = service_files.revision_directory(self._service, number)
                    self.discarded.append(service_files.set_aside(directory))
        return bool(held)

    def _forget(self) -> None:
        with service_files.locked(self._service.parent / service_files.WANTED_LOCK):
            wanted = job_files.read_json(str(self._service / service_files.SERVICE))
            if wanted["removing"]:  # and is not wanted again by now
                self.discarded.append(service_files.set_aside(self._service))
