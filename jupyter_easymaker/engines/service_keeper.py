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
import shutil
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from . import service_files
from .local_starting import Starter
from .process_tree import start_time
from .readiness import answers
from .service import ReplicaState, ServiceObservation
from .service_files import ReplicaFiles
from .service_step import ServiceStep

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
            leftovers = service_files.leftovers(self._services)
        self._delete(leftovers)
        return True

    def _delete(self, directories: list[Path]) -> None:
        """Delete directories beside this thread: with very many files that takes long, and probes must go on."""
        for directory in directories:
            self._running.run_in_executor(None, partial(shutil.rmtree, directory, ignore_errors=True))

    def _look(self) -> float:
        seconds = _IDLE_SECONDS
        queued: list[ReplicaFiles] = []
        there: set[Path] = set()
        for name in service_files.names(self._services):
            step = ServiceStep(self._services / name, self._starter)
            try:
                seconds = min(seconds, step.take())
            except Exception:  # one service must not hold up the others
                _LOG.exception("the service %s could not be looked at; trying again", name)
                there.update(each.directory for each in step.replicas)
                continue
            finally:
                self._delete(step.discarded)
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
        probe = self._probes.get(directory)
        if probe is not None and probe.done():
            _LOG.error("the probe of %s ended; starting it again", replica.name, exc_info=probe.exception())
            probe = None
        if probe is None and not replica.draining and not replica.record["unready"]:
            path = replica.job["service"]["readyPath"]
            probe = self._running.create_task(
                self._probe(directory, replica.address, path, bool(replica.record["ready"]))
            )
            self._probes[directory] = probe
        supervised = self._watch(directory, replica.supervisor["pid"], replica.supervisor["startTime"])
        return _IDLE_SECONDS if supervised else _SOON_SECONDS

    def _watch(self, directory: Path, pid: int, started: int) -> bool:
        """Be woken when a replica's supervisor has ended, whoever started it; return False if it has by now."""
        if directory in self._watched:
            return True
        if not hasattr(os, "pidfd_open"):
            return True  # not Linux: the launcher tells of those it started, the others are seen by and by
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
