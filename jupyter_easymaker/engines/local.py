"""The engine of one machine: real processes, each job under a supervisor of its own, a queue when it is full.

All state is in files (see ``job_files``), so that a backend can be killed at any moment, started again, or be
two: starting is guarded by a lock on the queue and by one each supervisor holds on its job.
"""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from math import inf
from pathlib import Path
from typing import Any
from uuid import uuid4

from ..monitoring.samples import Sample
from . import job_files, local_reading
from .base import (
    Capacity,
    Engine,
    EngineError,
    Job,
    JobObservation,
    JobState,
    Load,
    LogChunk,
)
from .launcher_process import LauncherProcess
from .local_queue import Room, machine_capacity
from .node_start import JOB_ID
from .process_tree import boot_id, start_time, with_environment

_LOG = logging.getLogger(__name__)
_LOOK_SECONDS = 0.1
_IDLE_SECONDS = 30.0  # another backend on the same root may have died and left a queue
_STARTING_SECONDS = 10.0


class LocalEngine(Engine):
    """Runs jobs on this machine.

    Args:
        root: the directory all of its state lies in.
        capacity: what jobs may use together; None: what the machine can spare.
        preload: packages that jobs run with ``python -m``; held imported, so that they start at once.
        on_change: called with a job's name when its state or report changed, from the engine's thread.
    """

    def __init__(
        self,
        root: Path,
        *,
        capacity: Capacity | None = None,
        on_change: Callable[[str], None] | None = None,
        preload: Sequence[str] = (),
    ) -> None:
        self._jobs = root / "jobs"
        self._jobs.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._queue_lock = root / "queue.lock"
        self._capacity = capacity or machine_capacity()
        self._on_change = on_change
        self._waiting: dict[str, str] = {}
        self._over: set[str] = set()
        """Jobs known to have ended."""
        self._seen: dict[str, tuple[int, ...]] = {}
        self._spawned: dict[str, float] = {}
        self._launcher = LauncherProcess(preload, self._ended)
        self._woken = threading.Event()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="local-engine", daemon=True)

    @staticmethod
    def machine_capacity() -> Capacity:
        return machine_capacity()

    def start(self) -> None:
        for leftover in self._jobs.glob(".new-*"):  # of a submit that was interrupted
            shutil.rmtree(leftover, ignore_errors=True)
        self._launcher.start()
        self._thread.start()

    def close(self) -> None:
        self._closed = True
        self._woken.set()
        if self._thread.is_alive():
            self._thread.join()
        self._launcher.close()

    def capacity(self) -> Capacity:
        return self._capacity

    def load(self) -> Load:
        names = self._not_ended()
        found = [job_files.read_json(str(self._jobs / name / job_files.GRANT)) for name in names]
        grants = [grant for grant in found if grant is not None]
        used = Capacity(
            vcpus=sum(grant["vcpus"] for grant in grants),
            memory_mib=sum(grant["memoryMib"] for grant in grants),
            gpus=sum(len(node) for grant in grants for node in grant["gpus"]),
        )
        return Load(used, running=len(grants), queued=len(names) - len(grants))

    def submit(self, job: Job) -> None:
        directory = self._jobs / job.name
        if directory.exists():
            return
        try:
            new = Path(tempfile.mkdtemp(dir=self._jobs, prefix=".new-"))
            (new / job_files.FILES).mkdir()
            for name, content in job.files.items():
                (new / job_files.FILES / Path(name).name).write_bytes(content)
            for node in range(job.nodes):
                (new / f"node-{node}").mkdir()
            job_files.write_json(str(new / job_files.JOB), _description(job))
            try:
                new.rename(directory)
            except OSError:
                shutil.rmtree(new, ignore_errors=True)
                if not directory.exists():
                    raise
        except OSError as error:
            raise EngineError(f"the job could not be recorded: {error.strerror or error}") from error
        self._woken.set()

    def names(self) -> list[str]:
        return sorted(name for name in os.listdir(self._jobs) if not name.startswith("."))  # noqa: PTH208 - see below

    def _not_ended(self) -> list[str]:
        """Return the jobs that have not ended. Those that have stay for long, and are asked once each."""
        names = self.names()
        self._over &= set(names)
        found = []
        for name in names:
            if name not in self._over:
                if os.path.exists(f"{self._jobs}/{name}/{job_files.END}"):  # noqa: PTH110 - asked ten times a second
                    self._over.add(name)
                else:
                    found.append(name)
        return found

    def observe(self, name: str) -> JobObservation | None:
        return local_reading.observation(self._jobs / name, self._waiting.get(name, "Waiting to start."))

    def stop(self, name: str) -> None:
        directory = self._jobs / name
        if not directory.exists() or (directory / job_files.END).exists():
            return
        with self._queue():  # so that it is not being started at this moment
            (directory / job_files.STOP).touch()
            if not (directory / job_files.GRANT).exists():
                _write_end(directory, JobState.STOPPED, "")
        supervisor = job_files.read_json(str(directory / job_files.SUPERVISOR))
        if supervisor and start_time(supervisor["pid"]) == supervisor["startTime"]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(supervisor["pid"], signal.SIGTERM)
        self._woken.set()

    def remove(self, name: str) -> None:
        directory = self._jobs / name
        if not directory.exists():
            return
        if not (directory / job_files.END).exists():
            raise EngineError(f"the job {name} has not ended; stop it first")
        # Renamed first: a crash in the middle leaves no half job behind.
        gone = self._jobs / f".new-removed-{uuid4().hex}"
        self._over.discard(name)
        directory.rename(gone)
        shutil.rmtree(gone, ignore_errors=True)
        self._seen.pop(name, None)

    def logs(self, name: str, node: int = 0, offset: int = 0, limit: int = 1 << 20) -> LogChunk:
        return local_reading.log(self._jobs / name, node, offset, limit)

    def read_file(self, name: str, file: str, node: int = 0) -> bytes | None:
        return local_reading.node_file(self._jobs / name, file, node)

    def log_times(self, name: str, node: int = 0) -> list[tuple[int, float]]:
        return local_reading.log_times(self._jobs / name, node)

    def samples(self, name: str, node: int = 0, since: float = 0.0, until: float = inf) -> list[Sample]:
        return local_reading.samples(self._jobs / name, node, since, until)

    @property
    def network_scope(self) -> str:
        return "machine"  # its processes share the machine's network

    @contextlib.contextmanager
    def _queue(self) -> Iterator[None]:
        """Hold the queue's lock, against other threads and other backends."""
        descriptor = os.open(self._queue_lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _run(self) -> None:
        while not self._closed:
            try:
                active = self._look()
            except OSError:
                _LOG.exception("the local engine could not look at its jobs; trying again")
                active = True
            self._woken.wait(_LOOK_SECONDS if active else _IDLE_SECONDS)
            self._woken.clear()

    def _look(self) -> bool:
        """Start what can start, tell of what changed; return whether anything is under way."""
        active = self._pump()
        for name in {*active, *self._seen}:
            signature = self._signature(name)
            before = self._seen.get(name)
            if name in active:
                self._seen[name] = signature
            else:
                self._seen.pop(name, None)
            if signature != before and self._on_change is not None:
                self._on_change(name)
        return bool(active)

    def _signature(self, name: str) -> tuple[int, ...]:
        times: list[int] = []
        with contextlib.suppress(FileNotFoundError), os.scandir(self._jobs / name) as entries:
            for entry in sorted(entries, key=lambda each: each.name):
                if entry.name.endswith((".json", ".report")):
                    with contextlib.suppress(FileNotFoundError):
                        times.append(entry.stat().st_mtime_ns)
        return tuple(times)

    def _pump(self) -> list[str]:
        """Start queued jobs there is room for, end those whose supervisor died; return all that have not ended."""
        names = self._not_ended()
        if not names:
            self._waiting.clear()
            return []
        with self._queue():
            jobs = {name: job_files.read_json(str(self._jobs / name / job_files.JOB)) for name in names}
            grants: dict[str, Any] = {}
            for name in names:
                grant = job_files.read_json(str(self._jobs / name / job_files.GRANT))
                if grant is not None and self._still_runs(name):
                    grants[name] = grant
            queued = [name for name in names if jobs[name] and not (self._jobs / name / job_files.GRANT).exists()]
            queued.sort(key=lambda name: (jobs[name]["submittedAt"], name))
            room = Room.beside(self._capacity, grants.values())
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
                self._spawn(name)
        self._waiting = waiting
        return names

    def _still_runs(self, name: str) -> bool:
        """Return whether a granted job is under way; start one that never was, end one whose supervisor died."""
        directory = self._jobs / name
        if (directory / job_files.END).exists():
            return False
        supervisor = job_files.read_json(str(directory / job_files.SUPERVISOR))
        if supervisor is None:
            if time.monotonic() - self._spawned.get(name, 0.0) > _STARTING_SECONDS:
                self._spawn(name)  # a backend was killed between the grant and the start
            return True
        same_boot = supervisor["bootId"] == boot_id()
        if same_boot and start_time(supervisor["pid"]) == supervisor["startTime"]:
            return True
        if (directory / job_files.END).exists():  # it ended while we looked
            return False
        if same_boot:
            job = job_files.read_json(str(directory / job_files.JOB))
            for pid in (*self._node_pids(str(directory), job["nodes"]), *with_environment(JOB_ID, job["id"])):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        what = "The process that stood over it was killed" if same_boot else "The machine was restarted"
        _write_end(directory, JobState.FAILED, f"{what} while it ran. Copy it to run it again.")
        return False

    @staticmethod
    def _node_pids(directory: str, nodes: int) -> list[int]:
        """Return the nodes' own processes that are left: forked, they do not carry the job's mark."""
        states = (job_files.read_json(job_files.node_state(directory, node)) or {} for node in range(nodes))
        return [state["pid"] for state in states if state and start_time(state["pid"]) == state.get("startTime")]

    def _spawn(self, name: str) -> None:
        self._spawned[name] = time.monotonic()
        self._launcher.launch(str(self._jobs / name))

    def _ended(self, directory: str) -> None:
        """A supervisor ended: look at once at what may start in its place."""
        self._spawned.pop(Path(directory).name, None)
        self._woken.set()


def _write_end(directory: Path, state: JobState, reason: str) -> None:
    job_files.write_json(
        str(directory / job_files.END), {"state": state.value, "reason": reason, "endedAt": time.time()}
    )


def _description(job: Job) -> dict[str, Any]:
    return {
        "id": uuid4().hex,
        "name": job.name,
        "command": list(job.command),
        "nodes": job.nodes,
        "vcpus": job.resources.vcpus,
        "memoryMib": job.resources.memory_mib,
        "gpus": job.resources.gpus,
        "environment": dict(job.environment),
        "stopGraceSeconds": job.stop_grace_seconds,
        "peerGraceSeconds": job.peer_grace_seconds,
        "submittedAt": time.time_ns(),
    }
