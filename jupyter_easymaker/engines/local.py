"""The engine of one machine: real processes, each job under a supervisor of its own, a queue when it is full.

All state is in files (see ``job_files``), so that a backend can be killed at any moment, started again, or be
two: starting is guarded by a lock on the queue and by one each supervisor holds on its job.
"""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from math import inf
from pathlib import Path
from typing import Any
from uuid import uuid4

from ..monitoring.samples import Sample
from . import job_files, local_reading
from .base import (
    Capacity,
    EngineError,
    Job,
    JobObservation,
    Load,
    LogChunk,
)
from .launcher_process import LauncherProcess
from .local_queue import machine_capacity
from .local_services import LocalServices
from .local_starting import Starter, job_names
from .service import FullEngine, Service, ServiceObservation

_LOG = logging.getLogger(__name__)
_LOOK_SECONDS = 0.1
_IDLE_SECONDS = 30.0  # another backend on the same root may have died and left a queue


class LocalEngine(FullEngine):
    """Runs jobs and services on this machine.

    Args:
        root: the directory all of its state lies in.
        capacity: what jobs may use together; None: what the machine can spare.
        preload: packages that jobs run with ``python -m``; held imported, so that they start at once.
        on_change: called with a job's name when its state or report changed, with a service's when anything of its
            observation did, from the engine's threads.
        private_environment: variables of this process that jobs and services must not see, besides our own.
    """

    def __init__(
        self,
        root: Path,
        *,
        capacity: Capacity | None = None,
        on_change: Callable[[str], None] | None = None,
        preload: Sequence[str] = (),
        private_environment: Iterable[str] = (),
    ) -> None:
        self._jobs = root / "jobs"
        self._jobs.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._capacity = capacity or machine_capacity()
        self._on_change = on_change
        self._seen: dict[str, tuple[int, ...]] = {}
        self._launcher = LauncherProcess(preload, self._ended, private_environment)
        self._starter = Starter(root, self._capacity, self._launcher)
        self._services = LocalServices(root, self._starter, on_change)
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
        self._services.start()

    def close(self) -> None:
        self._closed = True
        self._woken.set()
        if self._thread.is_alive():
            self._thread.join()
        self._services.close()
        self._launcher.close()

    def capacity(self) -> Capacity:
        return self._capacity

    def load(self) -> Load:
        names = self._starter.open_jobs()
        grants = list(self._starter.job_grants())
        replicas = list(self._starter.replica_grants())
        return Load(
            _held(grants),
            running=len(grants),
            queued=max(0, len(names) - len(grants)),
            services=_held(replicas),
            replicas=len(replicas),
        )

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
        return job_names(self._jobs)

    def observe(self, name: str) -> JobObservation | None:
        return local_reading.observation(self._directory(name), self._starter.waiting.get(name, "Waiting to start."))

    def stop(self, name: str) -> None:
        directory = self._jobs / name
        if not directory.exists() or (directory / job_files.END).exists():
            return
        self._starter.stop(directory)
        self._woken.set()

    def remove(self, name: str) -> None:
        directory = self._jobs / name
        if not directory.exists():
            return
        if not (directory / job_files.END).exists():
            raise EngineError(f"the job {name} has not ended; stop it first")
        # Renamed first: a crash in the middle leaves no half job behind.
        gone = self._jobs / f".new-removed-{uuid4().hex}"
        directory.rename(gone)
        self._starter.forget(name)
        shutil.rmtree(gone, ignore_errors=True)
        self._seen.pop(name, None)

    def logs(self, name: str, node: int = 0, offset: int = 0, limit: int = 1 << 20) -> LogChunk:
        return local_reading.log(self._directory(name), node, offset, limit)

    def read_file(self, name: str, file: str, node: int = 0) -> bytes | None:
        return local_reading.node_file(self._directory(name), file, node)

    def node_directory(self, name: str, node: int = 0) -> Path | None:
        return Path(job_files.node_directory(str(self._directory(name)), node))

    def log_times(self, name: str, node: int = 0) -> list[tuple[int, float]]:
        return local_reading.log_times(self._directory(name), node)

    def samples(self, name: str, node: int = 0, since: float = 0.0, until: float = inf) -> list[Sample]:
        return local_reading.samples(self._directory(name), node, since, until)

    def serve(self, service: Service) -> None:
        self._services.serve(service)

    def observe_service(self, name: str) -> ServiceObservation | None:
        return self._services.observe_service(name)

    def service_names(self) -> list[str]:
        return self._services.service_names()

    def remove_service(self, name: str) -> None:
        self._services.remove_service(name)

    def _directory(self, name: str) -> Path:
        """Return the directory of a job, or of a replica."""
        job = self._jobs / name
        replica = None if job.exists() else self._services.replica_directory(name)
        return replica or job

    @property
    def network_scope(self) -> str:
        return "machine"  # its processes share the machine's network

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
        active = self._starter.pump_jobs()
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

    def _ended(self, directory: str) -> None:
        """A supervisor ended: look at once at what may start in its place."""
        self._starter.ended(directory)
        self._woken.set()
        self._services.wake()


def _held(grants: Sequence[dict[str, Any]]) -> Capacity:
    return Capacity(
        vcpus=sum(grant["vcpus"] for grant in grants),
        memory_mib=sum(grant["memoryMib"] for grant in grants),
        gpus=sum(len(node) for grant in grants for node in grant["gpus"]),
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
        "restarts": job.restarts,
        "submittedAt": time.time_ns(),
    }
