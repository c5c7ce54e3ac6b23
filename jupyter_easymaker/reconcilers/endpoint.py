"""Carry endpoints and their stages through their states: both follow from what they are made of."""

from __future__ import annotations

from collections.abc import Sequence

from ..resources.endpoint import EndpointStatus, GatewayStatus
from ..resources.endpoint_model import EndpointModelStatus
from ..resources.endpoint_stage import EndpointStageStatus
from ..store import endpoint_models, endpoint_stages, endpoints
from ..store.endpoint_tables import EndpointModelRow, EndpointRow, EndpointStageRow
from .endpoint_context import EndpointContext
from .endpoint_state import Part, endpoint_state, stage_state


def reconcile_stage(context: EndpointContext, row: EndpointStageRow, models: Sequence[EndpointModelRow]) -> None:
    """Do one step for a stage.

    Args:
        models: its resources.
    """
    if row.status == EndpointStageStatus.DELETE_IN_PROGRESS:
        _remove_stage(context, row, models)
        return
    parts = [Part(each.model["modelName"], each.status, each.status_reason) for each in models]
    before = EndpointStageStatus(row.status)
    status, reason = stage_state(before, parts, GatewayStatus(row.gateway_status), row.gateway_reason)
    changed = status if status is not before and before.may_become(status) else None
    if changed is not None or reason != row.status_reason:
        with context.database.session() as session:
            endpoint_stages.transition(session, row, changed, reason=reason)


def _remove_stage(context: EndpointContext, row: EndpointStageRow, models: Sequence[EndpointModelRow]) -> None:
    with context.database.session() as session:
        for each in models:  # also of a backend that was killed between the two
            if each.status != EndpointModelStatus.DELETE_IN_PROGRESS:
                endpoint_models.transition(session, each, EndpointModelStatus.DELETE_IN_PROGRESS, reason="")
        if not models:
            endpoint_stages.purge(session, row)


def retire_stage(context: EndpointContext, row: EndpointStageRow) -> None:
    """Delete a stage that was the default one: calls go to its successor by now."""
    with context.database.session() as session:
        endpoint_stages.transition(session, row, EndpointStageStatus.DELETE_IN_PROGRESS, reason="")


def reconcile_endpoint(context: EndpointContext, row: EndpointRow, stages: Sequence[EndpointStageRow]) -> None:
    """Do one step for an endpoint.

    Args:
        stages: its stages.
    """
    if row.status == EndpointStatus.DELETE_IN_PROGRESS:
        _remove_endpoint(context, row, stages)
        return
    parts = {stage.id: Part(stage.name, stage.status, stage.status_reason) for stage in stages}
    before = EndpointStatus(row.status)
    status, reason = endpoint_state(before, parts.get(row.default_stage_id), list(parts.values()))
    changed = status if status is not before and before.may_become(status) else None
    if changed is not None or reason != row.status_reason:
        with context.database.session() as session:
            endpoints.transition(session, row, changed, reason=reason)


def _remove_endpoint(context: EndpointContext, row: EndpointRow, stages: Sequence[EndpointStageRow]) -> None:
    with context.database.session() as session:
        for each in stages:
            if each.status != EndpointStageStatus.DELETE_IN_PROGRESS:
                endpoint_stages.transition(session, each, EndpointStageStatus.DELETE_IN_PROGRESS, reason="")
        if not stages:
            endpoints.purge(session, row)
