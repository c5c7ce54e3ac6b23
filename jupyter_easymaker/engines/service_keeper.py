"""Keeps the services of one machine as they are wanted: one thread, which probes, starts, drains and cleans up.

Of several backends on one root the one that holds ``keeper.lock`` does it; the others look on and take over when it
ends. All it knows is in files (see ``service_files``), so that it can be killed between any two statements.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import logging
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

from . import job_files, service_files
from .local_starting import Starter
from .process_tree import start_time
from .readiness import answers
from .rollout import STABLE_SECONDS, Plan, Standing, pause, plan
from .service import ReplicaState, ServiceObservation
from .service_files import Failure, ReplicaFiles

_LOG = logging.getLogger(__name__)
_IDLE_SECONDS = 1.0
_SOON_SECONDS = 0.05
_PROBE_SECONDS = 5.0
"""A busy replica may take so long to say that it is ready."""
_READY_INTERVAL = 1.0
_UNREADY_INTERVALS = ((10.0, 0.05), (60.0, 0.25))
_SLOWEST_INTERVAL = 1.0
_DOUBT_INTERVAL = 0.5
_FAILURES = 3


class ServiceKeeper:
    """The thread.

    Args:
        services: the directory all services lie in.
        starter: starts and stops replicas.
        on_change: called with a service's name, from the thread, when anything of its observation changed.
    """

    def __init__(self, services: Path, starter: Starter, on_change: Callable[[str], None] | None) -> None:
        self._services = services
        self._starter = starter
        self._on_change = on_change
        self._lock: int | None = None
        self._seen: dict[str, ServiceObservation] = {}
        self._probes: dict[Path, asyncio.Task[None]] = {}
        self._watched: dict[Path, int] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._woken = asyncio.Event()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="local-services", daemon=True)

    def start(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread.start()

    def wake(self) -> None:
        """Have it look now."""
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):  # closed
                self._loop.call_soon_threadsafe(self._woken.set)

    def close(self) -> None:
        """End the thread; replicas go on."""
        self._closed = True
        self.wake()
        if self._thread.is_alive():
            self._thread.join()

    @property
    def _running(self) -> asyncio.AbstractEventLoop:
        assert self._loop is not None  # noqa: S101
        return self._loop

    def _run(self) -> None:
        loop = self._running
        try:
            loop.run_until_complete(self._keep())
        finally:
            for path in list(self._watched):
                self._unwatch(path)
            if self._lock is not None:
                os.close(self._lock)
            loop.close()

    async def _keep(self) -> None:
        while not self._closed:
            self._woken.clear()
            seconds = self._round()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), seconds)
        probes = list(self._probes.values())
        for probe in probes:
            probe.cancel()
        await asyncio.gather(*probes, return_exceptions=True)

    def _round(self) -> float:
        """Do all there is to do now; return in how many seconds there may be more."""
        seconds = _IDLE_SECONDS
        try:
            if self._keeps():
                seconds = self._look()
            self._tell()
        except Exception:  # the thread must not end: what it was at is tried again
            _LOG.exception("the services could not be looked at; trying again")
        return seconds

    def _keeps(self) -> bool:
        """Return whether it is on us to keep the services."""
        if self._lock is not None:
            return True
        lock = os.open(self._services / service_files.KEEPER_LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            return False
        self._lock = lock
        with service_files.locked(self._services / service_files.WANTED_LOCK):
            service_files.clean(self._services)
        return True

    def _look(self) -> float:
        seconds = _IDLE_SECONDS
        queued: list[ReplicaFiles] = []
        there: set[Path] = set()
        for name in service_files.names(self._services):
            try:
                step = _Step(self._services / name, self._starter)
                seconds = min(seconds, step.take())
            except Exception:  # one service must not hold up the others
                _LOG.exception("the service %s could not be looked at; trying again", name)
                continue
            queued += [each for each in step.replicas if each.state is ReplicaState.QUEUED]
            for each in step.replicas:
                there.add(each.directory)
                seconds = min(seconds, self._attend(each))
        for directory in {*self._probes, *self._watched} - there:
            self._stop_probing(directory)
            self._unwatch(directory)
        if queued:
            queued.sort(key=lambda each: (each.job["submittedAt"], each.name))
            waiting = self._starter.pump_replicas([each.directory for each in queued])
            for each in queued:
                waits = waiting.get(each.name, "")
                if each.record["waits"] != waits:
                    each.write(waits=waits)
            if len(waiting) < len(queued):
                seconds = _SOON_SECONDS
        return seconds

    def _attend(self, replica: ReplicaFiles) -> float:
        """Probe a replica that runs and hear of its end; return in how many seconds to look at it again."""
        directory = replica.directory
        runs = replica.granted and replica.end is None
        if not runs or replica.draining or replica.record["unready"]:
            self._stop_probing(directory)
        if not runs:
            self._unwatch(directory)
            return _IDLE_SECONDS
        if replica.supervisor is None:
            return _SOON_SECONDS
        if directory not in self._probes and not replica.draining and not replica.record["unready"]:
            path = replica.job["service"]["readyPath"]
            probe = self._running.create_task(
                self._probe(directory, replica.address, path, bool(replica.record["ready"]))
            )
            self._probes[directory] = probe
        return (
            _IDLE_SECONDS
            if self._watch(directory, replica.supervisor["pid"], replica.supervisor["startTime"])
            else _SOON_SECONDS
        )

    def _watch(self, directory: Path, pid: int, started: int) -> bool:
        """Be woken when a replica's supervisor has ended, whoever started it; return whether that is possible."""
        if directory in self._watched:
            return True
        if not hasattr(os, "pidfd_open"):
            return False
        try:
            descriptor = os.pidfd_open(pid)
        except OSError:  # it has ended
            return False
        if start_time(pid) != started:  # another one by now
            os.close(descriptor)
            return False
        self._watched[directory] = descriptor
        self._running.add_reader(descriptor, self._supervisor_ended, directory)
        return True

    def _supervisor_ended(self, directory: Path) -> None:
        self._unwatch(directory)
        self._woken.set()

    def _unwatch(self, directory: Path) -> None:
        descriptor = self._watched.pop(directory, None)
        if descriptor is not None:
            self._running.remove_reader(descriptor)
            os.close(descriptor)

    def _stop_probing(self, directory: Path) -> None:
        probe = self._probes.pop(directory, None)
        if probe is not None:
            probe.cancel()

    async def _probe(self, directory: Path, address: str, path: str, ready: bool) -> None:
        """Ask a replica whether it is ready, again and again, and record when that changes."""
        failures = 0
        since = self._running.time()
        while True:
            answered = await answers(address, path, _PROBE_SECONDS)
            failures = 0 if answered else failures + 1
            if answered != ready and (answered or failures >= _FAILURES) and self._record(directory, answered):
                ready, since = answered, self._running.time()
            if ready:
                seconds = _READY_INTERVAL if answered else _DOUBT_INTERVAL
            else:
                age = self._running.time() - since
                seconds = next((each for until, each in _UNREADY_INTERVALS if age < until), _SLOWEST_INTERVAL)
            await asyncio.sleep(seconds)

    def _record(self, directory: Path, ready: bool) -> bool:
        """Record that a replica is ready, or is not any more; return whether it could be."""
        try:
            replica = ReplicaFiles.read(directory)
            if replica is None or replica.end is not None:
                return False
            replica.write(ready=ready, since=time.time(), served=replica.served or ready)
        except OSError:
            _LOG.exception(
                "that %s is %s could not be recorded; trying again", directory.name, "ready" if ready else "unready"
            )
            return False
        self._woken.set()
        return True

    def _tell(self) -> None:
        """Tell of services that are not as they were."""
        if self._on_change is None:
            return
        seen: dict[str, ServiceObservation] = {}
        for name in service_files.names(self._services):
            observation = service_files.observation(self._services / name)
            if observation is not None:
                seen[name] = observation
        before, self._seen = self._seen, seen
        for name in sorted({*before, *seen}):
            if before.get(name) != seen.get(name):
                self._on_change(name)


class _Step:
    """One look at one service.

    Args:
        service: its directory.
        starter: starts and stops replicas.
    """

    def __init__(self, service: Path, starter: Starter) -> None:
        self._service = service
        self._starter = starter
        self._now = time.time()
        self._seconds = _IDLE_SECONDS
        self.replicas: list[ReplicaFiles] = []
        """Those there are now, those made in this step included."""

    def take(self) -> float:
        """Do what there is to do; return in how many seconds there is more, unless something happens."""
        wanted = job_files.read_json(str(self._service / service_files.SERVICE))
        if wanted is None:
            return self._seconds
        self.replicas = service_files.replicas(self._service)
        for replica in self.replicas:
            self._follow(replica)
        revision, replicas = (0, 0) if wanted["removing"] else (wanted["revision"], wanted["replicas"])
        by_name = {each.name: each for each in self.replicas}
        made = self._carry_out(plan(revision, replicas, self._standings()), revision, by_name)
        self._clean(wanted["revision"])
        self.replicas = service_files.replicas(self._service)
        if wanted["removing"] and all(each.state is None for each in self.replicas):
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
        if passed < -_IDLE_SECONDS:  # the clock was set back: better too early than an hour too late
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

    def _clean(self, revision: int) -> None:
        """Delete replicas that are over, but the last that failed, and revisions nobody runs."""
        found = service_files.all_of(self._service)
        replaced = {each.record["replaces"] for each in found}
        over = [each for each in found if each.end is not None and (each.draining or each.name in replaced)]
        over += [each for each in found if each.record["over"] and each not in over]
        kept = next((each for each in reversed(found) if each in over and each.failure is not None), None)
        if kept is not None and not kept.record["over"]:
            kept.write(over=True)  # first: without the one in its place it would seem to be without one
        for each in found:  # those replaced before those in their place, for the same reason
            if each in over and each is not kept:
                service_files.remove_tree(each.directory)
        used = {revision, *(each.revision for each in found if each not in over)}
        unused = set(service_files.revisions(self._service)) - used
        if unused:
            with service_files.locked(self._service.parent / service_files.WANTED_LOCK):
                wanted = job_files.read_json(str(self._service / service_files.SERVICE))
                for number in unused - {wanted["revision"]}:
                    service_files.remove_tree(service_files.revision_directory(self._service, number))

    def _forget(self) -> None:
        with service_files.locked(self._service.parent / service_files.WANTED_LOCK):
            wanted = job_files.read_json(str(self._service / service_files.SERVICE))
            if wanted["removing"]:  # and is not wanted again by now
                service_files.remove_tree(self._service)
