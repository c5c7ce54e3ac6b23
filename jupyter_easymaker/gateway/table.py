"""Which call goes where: endpoints, stages, shares and keys resolved to a flat table that any gateway can follow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote, unquote

from .base import EndpointRoute, ModelRoute, StageRoute


@dataclass(frozen=True)
class Target:
    """A stage resource a route may go to, and its weight among the route's."""

    stage_id: str
    model_id: str
    addresses: tuple[str, ...]
    weight: int = 1


@dataclass(frozen=True)
class Route:
    """Calls to ``prefix + path``, and with ``extends`` to what goes on after it with a ``/`` or a ``:``."""

    prefix: str
    path: str
    extends: bool
    by_default_address: bool
    targets: tuple[Target, ...]
    """All that serve the path, ready or not; at least one. The first is the default stage's, if it serves it."""
    api_keys: tuple[str, ...] | None

    @property
    def ready(self) -> tuple[Target, ...]:
        return tuple(target for target in self.targets if target.addresses)


@dataclass(frozen=True)
class RouteName:
    """How a route, or one target's part of it, is called in a gateway, so that its counts can be told apart."""

    stage_id: str
    model_id: str
    by_default_address: bool
    path: str
    part: str

    def __str__(self) -> str:
        address = "default" if self.by_default_address else "stage"
        return ":".join(quote(text, safe="") for text in (self.stage_id, self.model_id, address, self.path, self.part))

    @classmethod
    def parse(cls, text: str) -> RouteName | None:
        """Return what a name says; None if it is none of ours."""
        parts = [unquote(part) for part in text.split(":")]
        if len(parts) != 5 or parts[2] not in ("default", "stage"):
            return None
        return cls(parts[0], parts[1], parts[2] == "default", parts[3], parts[4])


def route_table(endpoints: Sequence[EndpointRoute]) -> list[Route]:
    """Return the routes of endpoints: of each stage's own address, and of each endpoint's default address."""
    return [route for endpoint in endpoints for route in _routes(endpoint)]


def _routes(endpoint: EndpointRoute) -> Iterator[Route]:
    for stage in endpoint.stages:
        for model in stage.models:
            for path, extends in _paths(model):
                target = Target(stage.id, model.id, model.addresses)
                yield Route(endpoint.stage_prefix(stage), path, extends, False, (target,), endpoint.api_keys)
    shares = _shares(endpoint)
    by_path: dict[tuple[str, bool], list[Target]] = {}
    for stage in _default_first(endpoint):
        if stage.id in shares:
            for model in stage.models:
                target = Target(stage.id, model.id, model.addresses, shares[stage.id])
                for key in _paths(model):
                    by_path.setdefault(key, []).append(target)
    for (path, extends), targets in by_path.items():
        yield Route(endpoint.prefix, path, extends, True, tuple(targets), endpoint.api_keys)


def _paths(model: ModelRoute) -> list[tuple[str, bool]]:
    own = [(model.path, False)] if model.path else []
    return [*own, (f"/v1/models/{model.model_name}", True), (f"/v2/models/{model.model_name}", True)]


def _shares(endpoint: EndpointRoute) -> Mapping[str, int]:
    return {stage: weight for stage, weight in endpoint.weights.items() if weight > 0} or {endpoint.default_stage_id: 1}


def _default_first(endpoint: EndpointRoute) -> list[StageRoute]:
    return sorted(endpoint.stages, key=lambda stage: stage.id != endpoint.default_stage_id)
