"""What the rest of the product asks of a place where work runs.

Everything is idempotent by name: asking twice for the same thing does it once. That is what makes a crash
between any two statements, or a second backend doing the same step, harmless.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from math import inf
from pathlib import Path
from typing import Any

from ..monitoring.samples import Sample


@dataclass(frozen=True)
class Resources:
    """What one node of a job, or one replica of a service, may use, enforced by the engine."""

    vcpus: float
    """Whole for a job, whose CPUs are its own; a service's replicas may share CPUs and have parts of one."""
    memory_mib: int
    gpus: int = 0


@dataclass(frozen=True)
class Job:
    """``nodes`` times the same command, each node in a working directory of its own, all succeeding or none.

    The engine adds to each node's environment: ``EM_NODE_RANK`` (0-based), ``EM_NODE_COUNT``,
    ``EM_NODE_ADDRESSES`` (comma-separated ``host:port``, one per node, reachable from all nodes; each port
    free for that node's use), ``EM_JOB_DIR`` (holds ``files``; the same for all nodes on one machine),
    ``EM_NODE_DIR`` (the working directory) and ``EM_REPORT_FILE`` (a JSON object the command may
    replace atomically at any time to tell how far it is; it comes back in ``NodeObservation.report``).

    A node is told to end by SIGTERM (stop: within ``stop_grace_seconds``, then everything it started
    is killed) or SIGUSR1 (another node failed: within ``peer_grace_seconds``, then killed).
    """

    name: str
    """Unique, ``[a-z0-9-]``, at most 63 characters."""
    command: Sequence[str]
    resources: Resources
    nodes: int = 1
    environment: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)
    """File name (no directories) to content, present in EM_JOB_DIR before the command starts."""
    stop_grace_seconds: float = 3.0
    peer_grace_seconds: float = 30.0
    restarts: int = 0
    """How often, all nodes together, what was killed from outside is started again in the same directory with the same
    log: a node ended by a signal, or all of them after whatever stood over the job, or the machine, went down. The
    command goes on by what it left in EM_NODE_DIR. What was ended for memory is not started again."""


class JobState(StrEnum):
    QUEUED = "QUEUED"
    """Waiting for room; ``JobObservation.reason`` says for what."""
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    STOPPED = "STOPPED"
    """Ended because ``stop`` was asked."""

    @property
    def ended(self) -> bool:
        return self in (JobState.SUCCEEDED, JobState.FAILED, JobState.STOPPED)


@dataclass(frozen=True)
class NodeObservation:
    """One node as seen now."""

    index: int
    pid: int | None = None
    exit_code: int | None = None
    """As ``subprocess`` gives it: negative for a signal. None while running."""
    killed_for_memory: str = ""
    """``exit code : -9 (pid: N)`` with use and limit, when the engine killed a process of this node for memory."""
    report: Mapping[str, Any] = field(default_factory=dict)
    """What the command last wrote to EM_REPORT_FILE."""


@dataclass(frozen=True)
class JobObservation:
    """A job as seen now."""

    name: str
    state: JobState
    nodes: tuple[NodeObservation, ...] = ()
    reason: str = ""
    """For people: why it waits or failed."""
    started_at: datetime | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True)
class LogChunk:
    """A piece of one node's combined standard output and error."""

    data: bytes
    next_offset: int
    """Where to read on, in bytes from the start; ``data`` ends there."""
    complete: bool
    """The node has ended and there is nothing after this."""


@dataclass(frozen=True)
class Capacity:
    """All that the engine could give to one job at once, were nothing else running."""

    vcpus: int
    memory_mib: int
    gpus: int = 0


@dataclass(frozen=True)
class Load:
    """What jobs and services hold now, and how many jobs wait."""

    used: Capacity
    """By jobs."""
    running: int
    """Jobs."""
    queued: int
    """Jobs."""
    services: Capacity = Capacity(0, 0)
    """By replicas of services: memory and GPUs; the CPUs they run on are shared."""
    replicas: int = 0
    """Of services, that hold something."""


class EngineError(Exception):
    """The engine could not do what was asked (disk full, API not reachable); asking again may work."""


class Engine(ABC):
    """A place where jobs run. All methods may block and are safe to call from several threads and backends."""

    runs_containers: bool = False
    """Whether a job runs in the container its image names."""

    @abstractmethod
    def start(self) -> None:
        """Find again what an earlier backend left running and begin to work the queue."""

    @abstractmethod
    def close(self) -> None:
        """Let go of threads and handles; jobs go on."""

    @abstractmethod
    def submit(self, job: Job) -> None:
        """Start the job, or queue it when there is no room. A known name is left as it is.

        Raises:
            EngineError: it could not be recorded; nothing was started.
        """

    @abstractmethod
    def observe(self, name: str) -> JobObservation | None:
        """Return the job as it is now, None if the name is unknown (never submitted, or removed)."""

    @abstractmethod
    def names(self) -> list[str]:
        """Return the names of all jobs known, ended ones included, until they are removed; replicas are not listed."""

    @abstractmethod
    def stop(self, name: str) -> None:
        """Ask the job to end. Returns at once; ``observe`` tells when it has. Unknown or ended: nothing happens."""

    @abstractmethod
    def remove(self, name: str) -> None:
        """Forget an ended job and delete its files. Unknown: nothing happens.

        Raises:
            EngineError: it has not ended.
        """

    @abstractmethod
    def logs(self, name: str, node: int = 0, offset: int = 0, limit: int = 1 << 20) -> LogChunk:
        """Read a node's output from a byte offset; a negative offset counts from the end.

        Of a service's replica, which may run for months, the oldest output goes: reading then begins at what is kept.

        Raises:
            KeyError: the job or node is unknown.
        """

    @abstractmethod
    def read_file(self, name: str, file: str, node: int = 0) -> bytes | None:
        """Return a file of a node's working directory by its path inside it, None if there is none.

        Raises:
            ValueError: the path leaves the directory.
        """

    @abstractmethod
    def node_directory(self, name: str, node: int = 0) -> Path | None:
        """Return where this machine sees a node's directory, which may not be there; None: it does not see it."""

    @abstractmethod
    def log_times(self, name: str, node: int = 0) -> list[tuple[int, float]]:
        """Return when a node's log had which size: bytes, and seconds since 1970, both ascending.

        Raises:
            KeyError: the job or node is unknown.
        """

    @abstractmethod
    def samples(self, name: str, node: int = 0, since: float = 0.0, until: float = inf) -> list[Sample]:
        """Return what a node used over a time (seconds since 1970), oldest first; nothing if none was taken yet.

        Kept, thinned out, until the job is removed.

        Raises:
            KeyError: the job or node is unknown.
        """

    @property
    @abstractmethod
    def network_scope(self) -> str:
        """Whose network traffic samples tell of: ``instance`` or ``machine``."""

    @abstractmethod
    def load(self) -> Load:
        """Return what jobs and services hold now."""

    @abstractmethod
    def capacity(self) -> Capacity:
        """Return what a single job could get at most."""
