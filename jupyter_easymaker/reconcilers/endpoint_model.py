"""Carry stage resources through their states: keep their pods as wanted, watch them, remove them."""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Sequence
from typing import Any

from ..engines.base import EngineError
from ..engines.service import ServiceObservation
from ..resources.endpoint_model import EndpointModelStatus
from ..resources.pod_share import PodsDoNotFit
from ..runner.serve import POD_REPORT_FILE
from ..store import endpoint_models
from ..store.endpoint_tables import EndpointModelRow, EndpointRow, EndpointStageRow
from .endpoint_context import EndpointContext, service_name
from .endpoint_state import ModelState, model_state
from .pod_service import pod_service, shares_of

_LOG = logging.getLogger(__name__)
_TAIL_BYTES = 4096
_TAIL_LINES = 20


def reconcile_model(
    context: EndpointContext,
    row: EndpointModelRow,
    stage: EndpointStageRow,
    endpoint: EndpointRow,
    siblings: Sequence[EndpointModelRow],
) -> None:
    """Do one step for a stage resource that stays.

    Args:
        siblings: all resources of its stage, itself included.
    """
    if given_up(row):
        context.services.remove_service(service_name(row.id))
        _keep_logs(context, endpoint, row, context.services.observe_service(service_name(row.id)))
        return
    before = EndpointModelStatus(row.status)
    try:
        # Asking first is safe: after a crash before the write below the same is asked again, which changes nothing.
        context.services.serve(pod_service(context, row, stage, shares_of(stage, siblings)[row.id]))
    except (EngineError, PodsDoNotFit) as error:
        _keep_waiting(context, row, f"Waiting to try again: {error}")
        return
    observation = context.services.observe_service(service_name(row.id))
    _keep_logs(context, endpoint, row, observation)
    state = model_state(before, observation, _reports(context, observation), row.status_reason)
    served = state.status is EndpointModelStatus.ACTIVE or bool(row.observed.get("served"))
    observed = {**state.observed, "served": served}
    if state.status is EndpointModelStatus.CREATE_FAILED:
        observed["logTail"] = row.observed.get("logTail") or _log_tail(context, observation)
        # Nothing of it ever answered: what it holds is given back. Otherwise what still answers goes on.
        observed["givenUp"] = not served and not state.observed["ready"]
    _write(context, row, state, observed)
    if row.revision > 1 and observation is not None and observation.settled:
        _remove_old_copies(context, row)


def given_up(row: EndpointModelRow) -> bool:
    return row.status == EndpointModelStatus.CREATE_FAILED and bool(row.observed.get("givenUp"))


def remove_model(context: EndpointContext, row: EndpointModelRow, endpoint: EndpointRow) -> None:
    """Do one step of removing a stage resource that the gateway sends nothing to any more."""
    name = service_name(row.id)
    context.services.remove_service(name)
    observation = context.services.observe_service(name)
    if observation is not None:
        _keep_logs(context, endpoint, row, observation)  # until then the service stays
        observed = model_state(EndpointModelStatus.ACTIVE, observation, {}).observed
        if observed != row.observed:
            with context.database.session() as session:
                endpoint_models.transition(session, row, None, observed=observed)
        return
    shutil.rmtree(context.model_dir(row.appkey, row.id), ignore_errors=True)
    with context.database.session() as session:
        endpoint_models.purge(session, row)


def _keep_logs(
    context: EndpointContext,
    endpoint: EndpointRow,
    row: EndpointModelRow,
    observation: ServiceObservation | None,
) -> None:
    for pod in observation.ended if observation else ():
        context.pod_logs.ended(endpoint, row, pod)


def _write(context: EndpointContext, row: EndpointModelRow, state: ModelState, observed: dict[str, Any]) -> None:
    status = state.status if state.status != row.status else None
    if status is not None and not EndpointModelStatus(row.status).may_become(status):
        return
    reason = state.reason if state.reason != row.status_reason else None
    if status is None and reason is None and observed == row.observed:
        return
    with context.database.session() as session:
        endpoint_models.transition(session, row, status, reason=reason, observed=observed)


def _keep_waiting(context: EndpointContext, row: EndpointModelRow, reason: str) -> None:
    if row.status_reason != reason:
        _LOG.warning("the stage resource %s cannot be served: %s", row.id, reason)
        with context.database.session() as session:
            endpoint_models.transition(session, row, None, reason=reason)


def _reports(context: EndpointContext, observation: ServiceObservation | None) -> dict[str, dict[str, Any]]:
    """Return what the pods that are not ready told of themselves."""
    found: dict[str, dict[str, Any]] = {}
    for replica in observation.replicas if observation else ():
        if replica in observation.ready:  # type: ignore[union-attr]
            continue
        try:
            content = context.engine.read_file(replica.name, POD_REPORT_FILE)
            if content:
                found[replica.name] = json.loads(content)
        except KeyError:  # not begun, or gone
            continue
    return found


def _log_tail(context: EndpointContext, observation: ServiceObservation | None) -> str:
    for replica in reversed(observation.replicas if observation else ()):
        if replica.current:
            try:
                data = context.engine.logs(replica.name, 0, -_TAIL_BYTES, _TAIL_BYTES).data
            except KeyError:
                continue
            return "\n".join(data.decode(errors="replace").splitlines()[-_TAIL_LINES:])
    return ""


def _remove_old_copies(context: EndpointContext, row: EndpointModelRow) -> None:
    directory = context.model_dir(row.appkey, row.id)
    if not directory.is_dir():
        return
    for entry in directory.iterdir():
        if entry.name.split(".")[0] != str(row.revision):
            if entry.is_dir():
                shutil.rmtree(entry, ignore_errors=True)
            else:
                entry.unlink(missing_ok=True)
