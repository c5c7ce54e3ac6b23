"""What the rest of the product asks of a gateway, whatever program it is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


@dataclass(frozen=True)
class ModelRoute:
    """Where calls to one stage resource go.

    Under the stage's prefix it answers its own path, if it has one, and the protocols' paths of its model:
    ``/v1/models/{model_name}`` and what begins so, ``/v2/models/{model_name}`` likewise. The prefix is stripped.
    """

    id: str
    """The stage resource's."""
    model_name: str
    path: str
    """Such as ``/inference``; empty: only the protocols' paths."""
    addresses: tuple[str, ...]
    """``host:port`` of the replicas that are ready; with none, calls are answered 503."""


@dataclass(frozen=True)
class StageRoute:
    id: str
    name: str
    models: tuple[ModelRoute, ...]


@dataclass(frozen=True)
class EndpointRoute:
    """An endpoint as the gateway needs to know it."""

    id: str
    appkey: str
    name: str
    stages: tuple[StageRoute, ...]
    default_stage_id: str
    weights: Mapping[str, int] = field(default_factory=dict)
    """By stage: what share of the default address's calls it gets; empty: all go to the default stage."""
    api_keys: tuple[str, ...] | None = None
    """Calls need one of these in the header X-Api-Key; None: no key is asked for."""

    @property
    def prefix(self) -> str:
        """The path of the default address, which stays while stages come and go."""
        return f"/endpoints/{self.appkey}/{self.name}"

    def stage_prefix(self, stage: StageRoute) -> str:
        return f"/stages/{self.appkey}/{self.name}/{stage.name}"


class Deployment(StrEnum):
    """What the gateway says of a stage's configuration."""

    DEPLOYED = "DEPLOYED"
    """As last applied: a replica that was taken out gets no more calls than those it works on."""
    PENDING = "PENDING"
    """Written, not in force yet."""
    REFUSED = "REFUSED"
    UNKNOWN = "UNKNOWN"
    """The gateway does not know the stage."""
    SILENT = "SILENT"
    """The gateway does not answer."""


@dataclass(frozen=True)
class StageDeployment:
    state: Deployment
    reason: str = ""


@dataclass(frozen=True)
class CallCounts:
    """Calls to one stage resource since its series began; all only grow.

    A series begins at 0 with a new ``epoch``, and again when its route was gone for a time. Several series may tell of
    the same model and path: ``statistics.call_deltas`` makes sense of them.
    """

    series: str
    """What else tells this series from others; means nothing."""
    model_id: str
    """The stage resource's."""
    path: str
    """As it was called: the resource's own path, or a protocol's, such as ``/v1/models/{name}``."""
    by_default_address: bool
    """Called through the endpoint's default address, not the stage's own."""
    by_status: Mapping[int, int]
    """HTTP status to calls, those among them that the gateway refused: 401 without a key, 503 without a replica."""
    latency_buckets: tuple[tuple[float, int], ...]
    """(upper bound in seconds, calls up to it), cumulative, the last bound infinite; of calls that were not refused."""
    seconds: float
    """Spent on those together."""


class GatewayError(Exception):
    """The gateway could not do what was asked; asking again may work."""


class Gateway(ABC):
    """Routes calls to models. Methods may block; all are safe to call from several threads and backends."""

    @abstractmethod
    def start(self) -> None:
        """Start the gateway, or find the one that runs: it goes on serving while backends come and go."""

    @abstractmethod
    def close(self) -> None:
        """Let go of threads and handles; the gateway goes on."""

    @abstractmethod
    def stop(self) -> None:
        """End the gateway, for all backends, once the calls it works on are answered."""

    @property
    @abstractmethod
    def address(self) -> str:
        """``host:port`` people reach it at over https; the same after every restart."""

    @abstractmethod
    def apply(self, endpoints: Sequence[EndpointRoute]) -> None:
        """Have these endpoints and no others answered. The same again changes nothing; no call is lost by a change.

        Raises:
            GatewayError: the configuration could not be written; the one before it is still in force.
        """

    @abstractmethod
    def deployment(self, stage_id: str) -> StageDeployment:
        """Return where a stage's configuration stands."""

    @abstractmethod
    def settings(self, stage_id: str) -> dict[str, Any]:
        """Return the configuration of a stage in the gateway's own format, without keys, for people to see."""

    @abstractmethod
    def calls(self) -> tuple[str, list[CallCounts]]:
        """Return the gateway's epoch and its counts.

        Let one backend ask at a time: what a route counted that is gone is told once.

        Raises:
            GatewayError: it does not answer.
        """

    @property
    def own_authority(self) -> str:
        """The certificate of its own authority, PEM; empty if an operator's certificate is shown instead."""
        return ""

    @property
    @abstractmethod
    def certificate_authority(self) -> str:
        """The path of a file of certificates a client verifies the gateway with: the system's and its own authority."""
