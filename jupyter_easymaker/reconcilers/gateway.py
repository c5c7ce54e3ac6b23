"""Tell the gateway where calls go: a pure function of the store and of which pods are ready, at every change.

Nothing is kept here that matters: whoever comes next, after a crash or beside this backend, applies the same. Looking
and applying are one step for all backends of a machine, so that an older look is never applied after a newer one.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..engines.service import ReplicaState
from ..gateway.base import Deployment, EndpointRoute, GatewayError, ModelRoute, StageDeployment, StageRoute
from ..resources.endpoint import EndpointStatus, GatewayStatus
from ..resources.endpoint_model import EndpointModelStatus
from ..resources.endpoint_stage import EndpointStageStatus
from ..storage.lock import FileLock
from ..store import endpoint_stages, endpoints
from ..store.encryption import EncryptionError
from ..store.endpoint_tables import EndpointApiKeyRow, EndpointModelRow, EndpointRow, EndpointStageRow
from .endpoint_context import EndpointContext, service_name
from .endpoint_state import gateway_state

_LOG = logging.getLogger(__name__)
_LOCK_FILE = "gateway-apply.lock"
_SETTLE_SECONDS = 3.0
"""So long a stage that is in force stays so while a change of it is taken up, which is the rule, and takes less."""


@dataclass(frozen=True)
class Applied:
    """What the gateway was told, and what it says to it."""

    endpoints: Sequence[EndpointRow]
    stages: Sequence[EndpointStageRow]
    models: Sequence[EndpointModelRow]
    error: str = ""
    """Why it could not be told; what it was told before is in force."""
    in_force: frozenset[str] = frozenset()
    """The stages of which the gateway says that what it was told just now is in force."""
    pending: bool = False
    """It is about to take up a change."""


def endpoint_routes(
    rows: Sequence[EndpointRow],
    stages: Sequence[EndpointStageRow],
    models: Sequence[EndpointModelRow],
    addresses: Mapping[str, Sequence[str]],
    keys: Mapping[str, Sequence[str]],
) -> list[EndpointRoute]:
    """Return what the gateway is to know of endpoints that are not being deleted.

    Args:
        addresses: of the pods that are ready, by stage resource.
        keys: the keys of each endpoint, readable.
    """
    routes = []
    for row in rows:
        if row.status == EndpointStatus.DELETE_IN_PROGRESS:
            continue
        of_endpoint = [
            StageRoute(stage.id, stage.name, _model_routes(stage, models, addresses))
            for stage in stages
            if stage.endpoint_id == row.id and stage.status != EndpointStageStatus.DELETE_IN_PROGRESS
        ]
        there = {stage.id for stage in of_endpoint}
        routes.append(
            EndpointRoute(
                id=row.id,
                appkey=row.appkey,
                name=row.name,
                stages=tuple(of_endpoint),
                default_stage_id=row.default_stage_id,
                weights={stage: weight for stage, weight in row.traffic.items() if stage in there},
                api_keys=tuple(keys.get(row.id, ())) if row.use_api_key else None,
            )
        )
    return routes


def _model_routes(
    stage: EndpointStageRow, models: Sequence[EndpointModelRow], addresses: Mapping[str, Sequence[str]]
) -> tuple[ModelRoute, ...]:
    return tuple(
        ModelRoute(row.id, row.model["modelName"], row.path, tuple(addresses.get(row.id, ())))
        for row in models
        if row.stage_id == stage.id and row.status != EndpointModelStatus.DELETE_IN_PROGRESS
    )


class GatewayReconciler:
    """Applies routes and writes down what became of them."""

    def __init__(self, context: EndpointContext) -> None:
        self._context = context
        self._started = False
        self._pending_since: dict[str, float] = {}

    def apply(self) -> Applied:
        """Look at everything and tell the gateway."""
        lock = FileLock(str(self._context.data_dir / _LOCK_FILE))
        try:
            lock.acquire(shared=False)
            with self._context.database.reading() as session:
                rows, stages, models = endpoints.everything(session)
                found = endpoints.api_keys(session, [row.id for row in rows if row.use_api_key])
            if not rows and not self._started:
                return Applied(rows, stages, models)  # nobody needs a gateway yet
            routes = endpoint_routes(rows, stages, models, self._addresses(models), self._keys(found))
            error = self._tell(routes)
        finally:
            lock.close()
        in_force, pending = self._follow(stages, {row.stage_id for row in models}, error)
        return Applied(rows, stages, models, error, in_force, pending)

    def _tell(self, routes: Sequence[EndpointRoute]) -> str:
        try:
            if not self._started:
                self._context.gateway.start()
                self._started = True
            self._context.gateway.apply(routes)
        except GatewayError as error:
            _LOG.warning("the gateway could not be told of endpoints: %s", error)
            return str(error) or type(error).__name__
        return ""

    def _addresses(self, models: Sequence[EndpointModelRow]) -> dict[str, list[str]]:
        found = {}
        for row in models:
            observation = self._context.services.observe_service(service_name(row.id))
            replicas = observation.replicas if observation else ()
            found[row.id] = sorted(each.address for each in replicas if each.state is ReplicaState.READY)
        return found

    def _keys(self, rows: Mapping[str, Sequence[EndpointApiKeyRow]]) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for endpoint_id, keys in rows.items():
            for key in keys:
                try:
                    found.setdefault(endpoint_id, []).append(self._context.encryption.decrypt(key.secret))
                except EncryptionError as error:  # calls with it are refused; the others go on
                    _LOG.error("the key %s of the endpoint %s: %s", key.id, endpoint_id, error)
        return found

    def _follow(self, stages: Sequence[EndpointStageRow], filled: set[str], error: str) -> tuple[frozenset[str], bool]:
        """Write what the gateway says of each stage; return those in force, and whether any is about to be."""
        in_force, pending = set(), False
        for stage in stages:
            if stage.status == EndpointStageStatus.DELETE_IN_PROGRESS:
                continue
            if error:
                deployment = StageDeployment(Deployment.REFUSED, error)
            elif stage.id in filled:
                deployment = self._context.gateway.deployment(stage.id)
            else:  # there is nothing of it for the gateway to know
                deployment = StageDeployment(Deployment.DEPLOYED)
            if deployment.state is Deployment.DEPLOYED:
                in_force.add(stage.id)
            pending = pending or deployment.state is Deployment.PENDING
            self._write(stage, deployment)
        self._pending_since = {key: at for key, at in self._pending_since.items() if key in {row.id for row in stages}}
        return frozenset(in_force), pending

    def _write(self, stage: EndpointStageRow, deployment: StageDeployment) -> None:
        before = GatewayStatus(stage.gateway_status)
        if deployment.state is Deployment.PENDING and before is GatewayStatus.ACTIVE:
            since = self._pending_since.setdefault(stage.id, time.monotonic())
            if time.monotonic() - since < _SETTLE_SECONDS:
                return
        else:
            self._pending_since.pop(stage.id, None)
        status, reason = gateway_state(before, deployment)
        if status != before or reason != stage.gateway_reason:
            with self._context.database.session() as session:
                endpoint_stages.transition(session, stage, None, gateway_status=status.value, gateway_reason=reason)
