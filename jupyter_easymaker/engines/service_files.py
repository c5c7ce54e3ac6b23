"""The files of a local service: who writes which, and how its state is read from them.

    services/<name>/service.json           what is wanted: revision, replicas, removing, holdEnded; by whoever serves,
                                           under a lock
    services/<name>/revision-<r>/job.json  what each replica of a revision runs, and a digest of it; written once
    services/<name>/revision-<r>/files/    Service.files
    services/<name>/numbers.json           the number the next replica gets; by the keeper
    services/<name>/replicas/<replica>/    a job's directory (see ``job_files``), and
      replica.json                         where the replica stands: ready, draining, failed; by the keeper
      released                             it ended, and whoever wanted its log has it

The keeper is the one backend of those on a root that holds ``services/keeper.lock``.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from . import job_files
from .service import EndedReplica, Replica, ReplicaState, ServiceObservation

SERVICES = "services"
SERVICE = "service.json"
REPLICAS = "replicas"
REPLICA = "replica.json"
NUMBERS = "numbers.json"
RELEASED = "released"
HOLDS = "holdEnded"
"""In SERVICE: replicas that ended are held until they are released."""
WANTED_LOCK = "wanted.lock"
KEEPER_LOCK = "keeper.lock"

_NAME = re.compile(r"[a-z0-9-]{1,50}")
_REPLICA_NAME = re.compile(r"([a-z0-9-]{1,50})-[0-9]+-[0-9]+")


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a file's lock, against other threads and other processes."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def is_name(name: str) -> bool:
    """Return whether a service may have this name."""
    return _NAME.fullmatch(name) is not None


def names(services: Path) -> list[str]:
    """Return the names of all services in a directory."""
    with contextlib.suppress(FileNotFoundError), os.scandir(services) as entries:
        return sorted(each.name for each in entries if is_name(each.name) and each.is_dir())
    return []


def replica_directory(services: Path, name: str) -> Path | None:
    """Return where a replica's files lie, None if it has no name of a replica."""
    found = _REPLICA_NAME.fullmatch(name)
    return services / found[1] / REPLICAS / name if found else None


def replica_directories(service: Path) -> list[Path]:
    """Return the directories of a service's replicas, those of earlier revisions and failed ones included."""
    with contextlib.suppress(FileNotFoundError), os.scandir(service / REPLICAS) as entries:
        return [Path(each.path) for each in entries if not each.name.startswith(".")]
    return []


def all_replicas(services: Path) -> Iterator[Path]:
    """Yield the directories of all services' replicas."""
    for name in names(services):
        yield from replica_directories(services / name)


def revision_directory(service: Path, revision: int) -> Path:
    return service / f"revision-{revision}"


def revisions(service: Path) -> list[int]:
    """Return the revisions of a service there are files of, the latest last."""
    prefix = "revision-"
    with os.scandir(service) as entries:
        return sorted(int(each.name.removeprefix(prefix)) for each in entries if each.name.startswith(prefix))


@dataclass(frozen=True)
class Failure:
    """How a replica ended that was not asked to."""

    at: float
    """Seconds since 1970."""
    reason: str
    in_a_row: int
    """With those before it in its place, since one last stayed ready for a while."""
    was_ready: bool


@dataclass
class ReplicaFiles:
    """A replica as its files tell of it."""

    directory: Path
    job: Mapping[str, Any]
    record: dict[str, Any]
    granted: bool
    end: Mapping[str, Any] | None
    supervisor: Mapping[str, Any] | None

    @classmethod
    def read(cls, directory: Path) -> ReplicaFiles | None:
        """Read a replica, None if it is being removed."""
        path = str(directory)
        job, record = (job_files.read_json(f"{path}/{file}") for file in (job_files.JOB, REPLICA))
        if job is None or record is None:
            return None
        return cls(
            directory,
            job,
            record,
            (directory / job_files.GRANT).exists(),
            job_files.read_json(f"{path}/{job_files.END}"),
            job_files.read_json(f"{path}/{job_files.SUPERVISOR}"),
        )

    @property
    def name(self) -> str:
        return self.directory.name

    @property
    def number(self) -> int:
        return int(self.record["number"])

    @property
    def revision(self) -> int:
        return int(self.record["revision"])

    @property
    def draining(self) -> bool:
        return self.record["drainAt"] is not None

    @property
    def failure(self) -> Failure | None:
        found = self.record["failure"]
        return Failure(**found) if found else None

    @property
    def served(self) -> bool:
        """It, or one before it in its place, was ready once."""
        return bool(self.record["served"])

    @property
    def state(self) -> ReplicaState | None:
        """Its state, None if it has ended as it was asked to."""
        if self.end is not None:
            return None if self.draining else ReplicaState.FAILED
        if self.draining:
            return ReplicaState.DRAINING
        if not self.granted:
            return ReplicaState.QUEUED
        return ReplicaState.READY if self.record["ready"] else ReplicaState.STARTING

    @property
    def unread(self) -> bool:
        """It has ended, and nobody has said that its log may go."""
        if self.end is None or (self.directory / RELEASED).exists():
            return False
        return os.path.exists(job_files.node_log(str(self.directory), 0))  # noqa: PTH110

    @property
    def address(self) -> str:
        grant = job_files.read_json(str(self.directory / job_files.GRANT)) if self.granted else None
        return f"127.0.0.1:{grant['ports'][0]}" if grant else ""

    def write(self, **changes: Any) -> None:
        """Change the record."""
        record = {**self.record, **changes}
        job_files.write_json(str(self.directory / REPLICA), record)
        self.record = record

    def how_it_ended(self) -> str:
        """Say how it ended, for people."""
        node = job_files.read_json(job_files.node_state(str(self.directory), 0)) or {}
        if self.record["unready"]:
            return str(self.record["unready"])
        if node.get("killedForMemory"):
            return str(node["killedForMemory"])
        if node.get("exitCode") is not None:
            return f"It ended with exit code {node['exitCode']}."
        return str(self.end["reason"]) if self.end else ""

    def seen(self, current: bool) -> Replica | None:
        """Return it as others see it, None if there is nothing to see any more."""
        state = self.state
        if state is None:
            return None
        started = self.supervisor["startedAt"] if self.supervisor else None
        reason = str(self.record["reason"])
        if state is ReplicaState.QUEUED:
            reason = self.record["waits"] or reason or "Waiting to start."
        elif self.end is not None:
            reason = self.failure.reason if self.failure else self.how_it_ended()
        return Replica(
            name=self.name,
            state=state,
            current=current,
            address="" if self.end is not None else self.address,
            restarts=self.record["restarts"],
            reason=reason,
            previous=self.record["replaces"],
            started_at=datetime.fromtimestamp(started, UTC) if started is not None else None,
        )


def replicas(service: Path) -> list[ReplicaFiles]:
    """Return a service's replicas in the order they were made, those without another in their place."""
    return standing(all_of(service))


def standing(found: list[ReplicaFiles]) -> list[ReplicaFiles]:
    """Return those of all replicas without another in their place."""
    replaced = {each.record["replaces"] for each in found}
    return [each for each in found if each.name not in replaced and not each.record["over"]]


def all_of(service: Path) -> list[ReplicaFiles]:
    """Return a service's replicas in the order they were made, those included that are over."""
    found = [each for each in map(ReplicaFiles.read, replica_directories(service)) if each is not None]
    return sorted(found, key=lambda each: each.number)


def observation(service: Path) -> ServiceObservation | None:
    """Return a service as it is now, None if there is none."""
    wanted = job_files.read_json(str(service / SERVICE))
    if wanted is None:
        return None
    seen: list[Replica] = []
    found = all_of(service)
    for each in standing(found):
        replica = each.seen(not wanted["removing"] and each.revision == wanted["revision"])
        if replica is not None:
            seen.append(replica)
    seen.sort(key=lambda each: (each.state is ReplicaState.DRAINING, not each.current))
    ended = tuple(_ended(each) for each in found if each.unread) if wanted.get(HOLDS) else ()
    return ServiceObservation(service.name, tuple(seen), 0 if wanted["removing"] else wanted["replicas"], ended)


def _ended(replica: ReplicaFiles) -> EndedReplica:
    started = replica.supervisor["startedAt"] if replica.supervisor else None
    assert replica.end is not None  # noqa: S101
    return EndedReplica(
        replica.name,
        datetime.fromtimestamp(started, UTC) if started is not None else None,
        datetime.fromtimestamp(replica.end["endedAt"], UTC),
    )


def make_replica(service: Path, revision: int, replaced: ReplicaFiles | None) -> Path:
    """Make a replica that is then queued.

    Args:
        service: the service's directory.
        revision: what it runs.
        replaced: the failed one it is in the place of.

    Raises:
        OSError: it could not be written; nothing is left of it but what ``clean`` takes away.
    """
    number = int((job_files.read_json(str(service / NUMBERS)) or {"next": 0})["next"])
    job_files.write_json(str(service / NUMBERS), {"next": number + 1})
    parent = service / REPLICAS
    parent.mkdir(exist_ok=True)
    name = f"{service.name}-{revision}-{number}"
    source = revision_directory(service, revision)
    job = job_files.read_json(str(source / job_files.JOB))
    if job is None:
        raise OSError(f"revision {revision} of {service.name} is not there")
    new = Path(tempfile.mkdtemp(dir=parent, prefix=".new-"))
    shutil.copytree(source / job_files.FILES, new / job_files.FILES)
    (new / "node-0").mkdir()
    made = {"id": uuid4().hex, "name": name, "submittedAt": time.time_ns()}
    job_files.write_json(str(new / job_files.JOB), {**job, **made})
    failure = replaced.failure if replaced else None
    record = {
        "number": number,
        "revision": revision,
        "replaces": replaced.name if replaced else "",
        "restarts": failure.in_a_row if failure else 0,
        "served": replaced.served if replaced else False,
        "ready": False,
        "since": None,  # when it became ready, or ceased to be
        "unready": "",
        "drainAt": None,
        "failure": None,
        "over": False,  # only its log is of interest
        "reason": f"{replaced.name}: {failure.reason}" if failure and replaced else "",
        "waits": "",
    }
    job_files.write_json(str(new / REPLICA), record)
    new.rename(parent / name)
    return parent / name


def set_aside(directory: Path) -> Path:
    """Take a directory out of sight at once; return where it is, to be deleted: that may take long.

    A crash before that leaves it to ``leftovers``.
    """
    gone = directory.parent / f".new-removed-{uuid4().hex}"
    with contextlib.suppress(FileNotFoundError):
        directory.rename(gone)
    return gone


def leftovers(services: Path) -> list[Path]:
    """Return what a backend that was killed left half made or half deleted; to be called under ``WANTED_LOCK``."""
    return [each for pattern in (".new-*", "*/.new-*", f"*/{REPLICAS}/.new-*") for each in services.glob(pattern)]
