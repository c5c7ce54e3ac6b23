"""Endpoints for tests, and calls to them as a client makes them."""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import httpx

from jupyter_easymaker.gateway.base import Deployment, EndpointRoute, Gateway, ModelRoute, StageRoute
from tests.waiting import wait_for


def model(key: str, *addresses: str, name: str = "iris", path: str = "/inference") -> ModelRoute:
    return ModelRoute(id=key, model_name=name, path=path, addresses=addresses)


def endpoint(*stages: StageRoute, name: str = "flowers", default: str = "", **more: Any) -> EndpointRoute:
    return EndpointRoute(
        id=f"id-of-{name}",
        appkey="app",
        name=name,
        stages=stages,
        default_stage_id=default or stages[0].id,
        **more,
    )


def stage(name: str, *models: ModelRoute) -> StageRoute:
    return StageRoute(id=f"stage-{name}", name=name, models=models)


def put_in_force(gateway: Gateway, *endpoints: EndpointRoute, stages: Sequence[str] = ()) -> None:
    """Apply endpoints and wait until their stages are deployed."""
    gateway.apply(endpoints)
    for known in [*(stage.id for endpoint in endpoints for stage in endpoint.stages if stage.models), *stages]:
        wait_for(lambda known=known: gateway.deployment(known).state is Deployment.DEPLOYED)  # type: ignore[misc]


@contextmanager
def client(gateway: Gateway, **options: Any) -> Iterator[httpx.Client]:
    """Yield a client that trusts what kernels are told to trust."""
    context = ssl.create_default_context(cafile=gateway.certificate_authority)
    with httpx.Client(
        base_url=f"https://{gateway.address}", verify=context, timeout=20, trust_env=False, **options
    ) as made:
        yield made
