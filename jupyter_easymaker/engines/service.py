"""What the rest of the product asks of an engine that keeps services running: models behind an endpoint, a gateway.

As with jobs everything is idempotent by name. What is asked is a wanted state; the engine works towards it by itself,
also while no backend runs where it can.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from .base import Engine, Resources


@dataclass(frozen=True)
class Service:
    """The same command kept running ``replicas`` times, each answering HTTP on an address of its own.

    A replica runs as a node of a job does (environment, limits, log, samples) with ``EM_NODE_COUNT`` 1 and listens
    on the one address in ``EM_NODE_ADDRESSES``. It is ready once ``GET ready_path`` answers 200 there. A replica that
    ends is started again, after a pause that grows with every time it did not become ready and starts anew once it
    stayed ready for a while.

    Whoever routes to the replicas is told which are ready, and told ``drain_seconds`` before one of them is to end by
    its state DRAINING; then it gets SIGTERM and ``stop_grace_seconds`` to finish what it is at.
    """

    name: str
    """Unique among services and jobs, ``[a-z0-9-]``, at most 50 characters (replicas' names are longer)."""
    command: Sequence[str]
    resources: Resources
    """Of each replica. Memory is set aside; CPUs are shared with other services."""
    replicas: int = 1
    environment: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)
    ready_path: str = "/ready"
    drain_seconds: float = 2.0
    stop_grace_seconds: float = 30.0
    ready_timeout_seconds: float = 600.0
    """A replica not ready by then is ended and counts as failed."""
    hold_ended: bool = False
    """Replicas that ended stay, with their logs, until ``release_replica``: somebody wants to read them to the end."""


class ReplicaState(StrEnum):
    QUEUED = "QUEUED"
    """Waiting for room."""
    STARTING = "STARTING"
    """Runs, but is not ready yet."""
    READY = "READY"
    DRAINING = "DRAINING"
    """Answers still, but is to end: send it nothing new."""
    FAILED = "FAILED"
    """Ended by itself or unready for too long; it is started again after a pause."""


@dataclass(frozen=True)
class Replica:
    """One replica as seen now. Its log, samples and files are those of the job of this name."""

    name: str
    state: ReplicaState
    current: bool
    """It was started from the service as it is now, not as it was before the last change."""
    address: str = ""
    """``host:port`` once it runs."""
    restarts: int = 0
    """How often the one before it in its place ended by itself, in a row."""
    reason: str = ""
    """For people: why it waits, how it ended, or how the one before it in its place did."""
    previous: str = ""
    """The one before it in its place, which ended by itself. Of the last such one the log is kept."""
    started_at: datetime | None = None


@dataclass(frozen=True)
class EndedReplica:
    """A replica of a service that holds them, which has ended: nothing is added to its log any more."""

    name: str
    started_at: datetime | None
    ended_at: datetime


@dataclass(frozen=True)
class ServiceObservation:
    """A service as seen now."""

    name: str
    replicas: tuple[Replica, ...]
    """Those wanted first, then those on their way out; FAILED ones until another is in their place."""
    desired: int
    ended: tuple[EndedReplica, ...] = ()
    """Those that wait for ``release_replica``; a FAILED one may be among them."""

    @property
    def ready(self) -> tuple[Replica, ...]:
        """Those to send calls to."""
        return tuple(replica for replica in self.replicas if replica.state is ReplicaState.READY)

    @property
    def settled(self) -> bool:
        """As many replicas of the service as it is now are ready as are wanted, and no others are left."""
        return len(self.replicas) == self.desired and all(
            replica.current and replica.state is ReplicaState.READY for replica in self.replicas
        )


class ServiceEngine(ABC):
    """A place where services run. All methods may block and are safe to call from several threads and backends."""

    @abstractmethod
    def serve(self, service: Service) -> None:
        """Bring a service about, or change the one of this name to this.

        A change of the number of replicas starts or drains as many; any other change is rolled out: a new replica
        becomes ready before an old one is drained, so that as many as are wanted are ready throughout. Where there is
        no room beside those that serve the change waits, and its replica says for what. The same again changes nothing,
        and going back to what is not gone yet keeps it. Returns once it is recorded; ``observe_service`` tells how far
        it is.

        Raises:
            EngineError: it could not be recorded; nothing was changed.
            ValueError: it is none that could run: its name, a negative number, a path that is none.
        """

    @abstractmethod
    def observe_service(self, name: str) -> ServiceObservation | None:
        """Return the service as it is now, None if the name is unknown or everything of it is removed."""

    @abstractmethod
    def service_names(self) -> list[str]:
        """Return the names of all services, those being removed included."""

    @abstractmethod
    def remove_service(self, name: str, *, release: bool = False) -> None:
        """Drain and end all replicas, then forget the service. Returns at once. Unknown: nothing happens.

        Args:
            release: nobody will read the logs of replicas that are held; without it they are waited for.
        """

    @abstractmethod
    def release_replica(self, name: str) -> None:
        """Let go of a replica that ended and was held. Unknown, or let go of before: nothing happens.

        Raises:
            EngineError: it could not be recorded.
        """


class FullEngine(Engine, ServiceEngine):
    """A place where both jobs and services run: what a backend has."""
