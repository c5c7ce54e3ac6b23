"""The routes of the proxy: what endpoints there are as its file holds them, and which route a path is for."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any
from urllib.parse import unquote_to_bytes

from .base import EndpointRoute
from .table import Route, Target, route_table

_AMBIGUOUS = (b"%2f", b"%5c", b"%00", b"\\")
"""Read differently by whoever decodes a path later."""


class BadPath(Exception):
    """A path that means different things to different readers."""


def proxy_configuration(endpoints: Sequence[EndpointRoute], certificate: tuple[str, str]) -> dict[str, Any]:
    """Return the proxy's configuration as JSON can hold it.

    Args:
        endpoints: all that are to be answered.
        certificate: the paths of the certificate and its key.
    """
    routes = [json.loads(json.dumps(asdict(route))) for route in route_table(endpoints)]
    return with_certificate({"routes": routes}, certificate)


def with_certificate(configuration: dict[str, Any], certificate: tuple[str, str]) -> dict[str, Any]:
    """Return a configuration with another certificate and key."""
    made = {"routes": configuration["routes"], "certificate": list(certificate)}
    return {**made, "revision": hashlib.sha256(json.dumps(made, sort_keys=True).encode()).hexdigest()[:32]}


def in_stage(configuration: dict[str, Any], stage_id: str) -> list[dict[str, Any]]:
    """Return the routes that may go to a stage, without keys."""
    return [
        {**route, "api_keys": None if route["api_keys"] is None else ["..." for _ in route["api_keys"]]}
        for route in configuration["routes"]
        if any(target["stage_id"] == stage_id for target in route["targets"])
    ]


class ProxyTable:
    """Finds the route of a path."""

    def __init__(self, configuration: dict[str, Any]) -> None:
        self.revision: str = configuration["revision"]
        self.certificate: tuple[str, str] = tuple(configuration["certificate"])
        self._whole: dict[str, Route] = {}
        self._begun: dict[str, Route] = {}
        for route in map(_route, configuration["routes"]):
            (self._begun if route.extends else self._whole)[route.prefix + route.path] = route

    @property
    def addresses(self) -> set[str]:
        """All replicas."""
        routes = (*self._whole.values(), *self._begun.values())
        return {address for route in routes for target in route.targets for address in target.addresses}

    def find(self, raw_path: bytes) -> tuple[Route, str] | None:
        """Return a path's route and what follows its prefix, decoded; None if there is none.

        Raises:
            BadPath: it must not be followed.
        """
        if any(mark in raw_path.lower() for mark in _AMBIGUOUS):
            raise BadPath
        try:
            path = unquote_to_bytes(raw_path).decode()
        except UnicodeDecodeError:
            raise BadPath from None
        if any(part in ("", ".", "..") for part in path.split("/")[1:-1]):
            return None  # no route has such a part, and what a replica makes of one is its own business
        route = self._whole.get(path)
        if route is None:
            route = next(filter(None, map(self._begun.get, _beginnings(path))), None)
        return None if route is None else (route, path.removeprefix(route.prefix))


def may_call(route: Route, key: bytes) -> bool:
    """Return whether a call with this key, or none, is let through."""
    if route.api_keys is None:
        return True
    # All are compared, so that how long it takes tells nothing.
    return sum(hmac.compare_digest(known.encode(), key) for known in route.api_keys) > 0


def _beginnings(path: str) -> Iterator[str]:
    """Yield a path and what is left of it before each / and :, the longest first."""
    yield path
    for index in range(len(path) - 1, 0, -1):
        if path[index] in "/:":
            yield path[:index]


def _route(value: dict[str, Any]) -> Route:
    targets = tuple(Target(**{**target, "addresses": tuple(target["addresses"])}) for target in value["targets"])
    keys = value["api_keys"]
    return Route(**{**value, "targets": targets, "api_keys": None if keys is None else tuple(keys)})
