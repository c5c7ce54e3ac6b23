"""Services on one machine: what is wanted is written to files, and a keeper of them works towards it.

A replica is a job of one node with a directory, a supervisor, a log and samples as any other, but beside the queue of
jobs: it shares CPUs. It outlives the backend. While no backend runs, replicas go on serving, but nothing starts again
those that end.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable
from math import isfinite
from pathlib import Path
from typing import Any

from . import job_files, service_files
from .base import EngineError
from .local_starting import Starter
from .service import Service, ServiceEngine, ServiceObservation
from .service_keeper import ServiceKeeper

LOG_BYTES = 16 << 20
"""At most twice so much of a replica's log is kept; the oldest goes."""


class LocalServices(ServiceEngine):
    """The services of a local engine.

    Args:
        root: the engine's directory.
        starter: the engine's.
        on_change: called with a service's name when anything of its observation changed.
    """

    def __init__(self, root: Path, starter: Starter, on_change: Callable[[str], None] | None) -> None:
        self._services = root / service_files.SERVICES
        self._services.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._keeper = ServiceKeeper(self._services, starter, on_change)
        self.start = self._keeper.start
        self.close = self._keeper.close
        self.wake = self._keeper.wake

    def serve(self, service: Service) -> None:
        _check(service)
        directory = self._services / service.name
        template = _template(service)
        digest = _digest(template, service)
        try:
            with service_files.locked(self._services / service_files.WANTED_LOCK):
                wanted = job_files.read_json(str(directory / service_files.SERVICE))
                if wanted is None:
                    self._create(directory, service, template | {"digest": digest})
                else:
                    revision = _revision(directory, digest)
                    if revision is None:
                        revision = service_files.revisions(directory)[-1] + 1
                        _write_revision(directory, revision, service, template | {"digest": digest})
                    changed = _wanted(revision, service)
                    if changed == wanted:
                        return
                    job_files.write_json(str(directory / service_files.SERVICE), changed)
        except OSError as error:
            raise EngineError(f"the service could not be recorded: {error.strerror or error}") from error
        self._keeper.wake()

    def observe_service(self, name: str) -> ServiceObservation | None:
        return service_files.observation(self._services / name) if service_files.is_name(name) else None

    def service_names(self) -> list[str]:
        return service_files.names(self._services)

    def remove_service(self, name: str, *, release: bool = False) -> None:
        path = str(self._services / name / service_files.SERVICE)
        if not service_files.is_name(name) or not os.path.exists(path):  # noqa: PTH110
            return
        try:
            with service_files.locked(self._services / service_files.WANTED_LOCK):
                wanted = job_files.read_json(path)
                if wanted is not None:
                    holds = wanted.get(service_files.HOLDS, False) and not release
                    changed = {**wanted, "removing": True, service_files.HOLDS: holds}
                    if changed != wanted:
                        job_files.write_json(path, changed)
        except OSError as error:
            raise EngineError(f"that the service is to go could not be recorded: {error.strerror or error}") from error
        self._keeper.wake()

    def release_replica(self, name: str) -> None:
        directory = self.replica_directory(name)
        if directory is None:
            return
        try:
            (directory / service_files.RELEASED).touch()
        except FileNotFoundError:  # it is gone already
            return
        except OSError as error:
            raise EngineError(f"the replica could not be let go of: {error.strerror or error}") from error
        self._keeper.wake()

    def replica_directory(self, name: str) -> Path | None:
        """Return where a replica's files lie, None if the name is none of a replica."""
        return service_files.replica_directory(self._services, name)

    def _create(self, directory: Path, service: Service, template: dict[str, Any]) -> None:
        if directory.exists():  # what a backend killed while it forgot the service left
            shutil.rmtree(service_files.set_aside(directory), ignore_errors=True)
        new = Path(tempfile.mkdtemp(dir=self._services, prefix=".new-"))
        try:
            _write_revision(new, 1, service, template)
            job_files.write_json(str(new / service_files.SERVICE), _wanted(1, service))
            new.rename(directory)
        except OSError:
            shutil.rmtree(new, ignore_errors=True)
            raise


def _check(service: Service) -> None:
    """Refuse what no engine could run.

    Raises:
        ValueError: says what is wrong with it.
    """
    if not service_files.is_name(service.name):
        raise ValueError(f"{service.name!r} is no name of a service: 1-50 of a-z, 0-9 and - are")
    if service.replicas < 0:
        raise ValueError(f"a service cannot have {service.replicas} replicas")
    if not service.command:
        raise ValueError("a service has a command")
    path = service.ready_path
    if not path.startswith("/") or not path.isascii() or not path.isprintable() or " " in path:
        raise ValueError(f"ready_path {path!r} is no path of a URL")
    for name in ("drain_seconds", "stop_grace_seconds", "ready_timeout_seconds"):
        if not (isfinite(getattr(service, name)) and getattr(service, name) >= 0):
            raise ValueError(f"{name} is no time")
    if not service.resources.vcpus > 0:
        raise ValueError("a replica needs CPU time")


def _wanted(revision: int, service: Service) -> dict[str, Any]:
    return {
        "revision": revision,
        "replicas": service.replicas,
        "removing": False,
        service_files.HOLDS: service.hold_ended,
    }


def _template(service: Service) -> dict[str, Any]:
    return {
        "command": list(service.command),
        "nodes": 1,
        "vcpus": service.resources.vcpus,
        "memoryMib": service.resources.memory_mib,
        "gpus": service.resources.gpus,
        "environment": dict(service.environment),
        "stopGraceSeconds": service.stop_grace_seconds,
        "peerGraceSeconds": 0.0,
        "logBytes": LOG_BYTES,
        "service": {
            "name": service.name,
            "readyPath": service.ready_path,
            "readyTimeoutSeconds": service.ready_timeout_seconds,
            "drainSeconds": service.drain_seconds,
        },
    }


def _digest(template: dict[str, Any], service: Service) -> str:
    """Return what is the same for services that differ in the number of replicas only."""
    whole = hashlib.sha256(json.dumps(template, sort_keys=True).encode())
    for name, content in sorted(service.files.items()):
        whole.update(f"\n{name}\n{len(content)}\n".encode() + content)
    return whole.hexdigest()


def _revision(directory: Path, digest: str) -> int | None:
    """Return the revision that is this one: going back to it starts no other replicas than those left of it."""
    for revision in reversed(service_files.revisions(directory)):
        job = job_files.read_json(str(service_files.revision_directory(directory, revision) / job_files.JOB))
        if job is not None and job["digest"] == digest:
            return revision
    return None


def _write_revision(directory: Path, revision: int, service: Service, template: dict[str, Any]) -> None:
    new = Path(tempfile.mkdtemp(dir=directory, prefix=".new-"))
    try:
        (new / job_files.FILES).mkdir()
        for name, content in service.files.items():
            (new / job_files.FILES / Path(name).name).write_bytes(content)
        job_files.write_json(str(new / job_files.JOB), template)
        new.rename(service_files.revision_directory(directory, revision))
    except OSError:
        shutil.rmtree(new, ignore_errors=True)
        raise
