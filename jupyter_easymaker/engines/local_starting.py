"""Who starts when on one machine: jobs in order, replicas of services beside them, each under a supervisor of its own.

Starting is guarded by a lock on the queue, against other threads and other backends, and by the one each supervisor
holds on its job. Nothing is remembered in memory alone.
"""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from . import job_files, service_files
from .base import Capacity, JobState
from .launcher_process import LauncherProcess
from .local_queue import Room
from .node_start import JOB_ID
from .process_tree import boot_id, in_session, start_time, with_environment

_STARTING_SECONDS = 10.0


class Starter:
    """Grants CPUs, memory and GPUs and has supervisors started.

    Args:
        root: the engine's directory.
        capacity: what jobs and replicas may use together.
        launcher: starts the supervisors.
    """

    def __init__(self, root: Path, capacity: Capacity, launcher: LauncherProcess) -> None:
        self._jobs = root / "jobs"
        self._services = root / service_files.SERVICES
        self._queue_lock = root / "queue.lock"
        self._capacity = capacity
        self._launcher = launcher
        self._spawned: dict[str, float] = {}
        self._over: set[str] = set()
        """Jobs known to have ended."""
        self.waiting: dict[str, str] = {}
        """What queued jobs wait for, by name."""

    @contextlib.contextmanager
    def queue(self) -> Iterator[None]:
        """Hold the queue's lock, against other threads and other backends."""
        with service_files.locked(self._queue_lock):
            yield

    def open_jobs(self) -> list[str]:
        """Return the jobs that have not ended. Those that have stay for long, and are asked once each."""
        names = job_names(self._jobs)
        over = self._over & set(names)
        found = []
        for name in names:
            if name not in over:
                if os.path.exists(f"{self._jobs}/{name}/{job_files.END}"):  # noqa: PTH110 - asked ten times a second
                    over.add(name)
                else:
                    found.append(name)
        self._over = over
        return found

    def forget(self, name: str) -> None:
        """Hear that an ended job is removed: another may have its name."""
        self._over = self._over - {name}

    def pump_jobs(self) -> list[str]:
        """Start queued jobs there is room for, end those whose supervisor died; return all that have not ended."""
        names = self.open_jobs()
        if not names:
            self.waiting.clear()
            return []
        with self.queue():
            jobs = {name: job_files.read_json(str(self._jobs / name / job_files.JOB)) for name in names}
            grants: list[dict[str, Any]] = []
            for name in names:
                grant = job_files.read_json(str(self._jobs / name / job_files.GRANT))
                if grant is not None and self.still_runs(self._jobs / name):
                    grants.append(grant)
            queued = [name for name in names if jobs[name] and not (self._jobs / name / job_files.GRANT).exists()]
            queued.sort(key=lambda name: (jobs[name]["submittedAt"], name))
            room = Room.beside(self._capacity, [*grants, *self.replica_grants()])
            waiting: dict[str, str] = {}
            blocked = ""
            for name in queued:
                # Strictly in order: a large job must not wait for ever behind small ones.
                missing = blocked or room.missing(jobs[name])
                if missing:
                    waiting[name] = missing if not blocked else "Waiting for the jobs before it."
                    blocked = missing
                    continue
                job_files.write_json(str(self._jobs / name / job_files.GRANT), room.grant(jobs[name]))
                self._spawn(self._jobs / name)
        self.waiting = waiting
        return names

    def pump_replicas(self, queued: Sequence[Path]) -> dict[str, str]:
        """Start replicas there is room for; return what the others wait for, by name.

        They do not stand in the queue of jobs: what waits for CPUs there does not hold them up, nor they it.
        """
        waiting: dict[str, str] = {}
        with self.queue():
            replica_grants = list(self.replica_grants())
            room = Room.beside(self._capacity, [*self.job_grants(), *replica_grants])
            for directory in queued:
                if (directory / job_files.GRANT).exists() or (directory / job_files.END).exists():
                    continue
                job = job_files.read_json(str(directory / job_files.JOB))
                if missing := room.missing_for_replica(job):
                    waiting[directory.name] = missing
                    continue
                grant = room.grant_replica(job, replica_grants)
                job_files.write_json(str(directory / job_files.GRANT), grant)
                replica_grants.append(grant)
                self._spawn(directory)
        return waiting

    def still_runs(self, directory: Path) -> bool:
        """Return whether a granted job is under way; start one that never was, end one whose supervisor died."""
        if (directory / job_files.END).exists():
            return False
        supervisor = job_files.read_json(str(directory / job_files.SUPERVISOR))
        if supervisor is None:
            if time.monotonic() - self._spawned.get(str(directory), 0.0) > _STARTING_SECONDS:
                self._spawn(directory)  # a backend was killed between the grant and the start
            return True
        same_boot = supervisor["bootId"] == boot_id()
        if same_boot and start_time(supervisor["pid"]) == supervisor["startTime"]:
            return True
        if (directory / job_files.END).exists():  # it ended while we looked
            return False
        job = job_files.read_json(str(directory / job_files.JOB))
        if same_boot:
            for pid in (*self._node_pids(str(directory), job["nodes"]), *with_environment(JOB_ID, job["id"])):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        if self._start_again(directory, job):
            return True
        what = "The process that stood over it was killed" if same_boot else "The machine was restarted"
        hint = "" if "service" in job else " Copy it to run it again."
        write_end(directory, JobState.FAILED, f"{what} while it ran.{hint}")
        return False

    def _start_again(self, directory: Path, job: dict[str, Any]) -> bool:
        """Start a job whose supervisor is gone again, if it may be; return whether it was. The queue is held."""
        if (directory / job_files.STOP).exists() or not job_files.take_restart(str(directory), job.get("restarts", 0)):
            return False
        (directory / job_files.SUPERVISOR).unlink()
        self._spawn(directory)
        return True

    def stop(self, directory: Path) -> None:
        """Ask a job or replica to end; one that has not started ends at once."""
        with self.queue():  # so that it is not being started at this moment
            (directory / job_files.STOP).touch()
            if not (directory / job_files.GRANT).exists():
                write_end(directory, JobState.STOPPED, "")
        supervisor = job_files.read_json(str(directory / job_files.SUPERVISOR))
        if supervisor and start_time(supervisor["pid"]) == supervisor["startTime"]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(supervisor["pid"], signal.SIGTERM)

    def ended(self, directory: str) -> None:
        """Hear that a supervisor ended."""
        self._spawned.pop(directory, None)

    @staticmethod
    def _node_pids(directory: str, nodes: int) -> list[int]:
        """Return what is left of the nodes' sessions: what was forked from them does not carry the job's mark."""
        states = (job_files.read_json(job_files.node_state(directory, node)) or {} for node in range(nodes))
        return [pid for state in states if state for pid in in_session(state["pid"], state["startTime"])]

    def _spawn(self, directory: Path) -> None:
        self._spawned[str(directory)] = time.monotonic()
        self._launcher.launch(str(directory))

    def job_grants(self) -> Iterator[dict[str, Any]]:
        """Yield what jobs hold that have not ended."""
        return _grants(self._jobs / name for name in self.open_jobs())

    def replica_grants(self) -> Iterator[dict[str, Any]]:
        """Yield what replicas hold."""
        return _grants(service_files.all_replicas(self._services))


def job_names(jobs: Path) -> list[str]:
    """Return the names of all jobs in a directory."""
    return sorted(name for name in os.listdir(jobs) if not name.startswith("."))  # noqa: PTH208 - asked very often


def write_end(directory: Path, state: JobState, reason: str) -> None:
    """Record how a job ended that has no supervisor to do so."""
    job_files.write_json(
        str(directory / job_files.END), {"state": state.value, "reason": reason, "endedAt": time.time()}
    )


def _grants(directories: Iterable[Path]) -> Iterator[dict[str, Any]]:
    """Yield what those of these jobs hold that have not ended."""
    for directory in directories:
        grant = job_files.read_json(str(directory / job_files.GRANT))
        if grant is not None and not (directory / job_files.END).exists():
            yield grant
