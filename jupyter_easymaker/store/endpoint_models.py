"""Stage resources in the store: which model a stage serves under which path."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from ..resources.base import new_id
from ..resources.endpoint_model import EndpointModelResource, EndpointModelStatus
from ..resources.event import EventAction, ResourceType
from . import events, resource_queries
from .endpoint_tables import EndpointModelRow, EndpointStageRow

SORT = {
    "createdDatetime": EndpointModelRow.created_at,
    "modelName": EndpointModelRow.name,
    "endpointModelStatusCode": EndpointModelRow.status,
}
SETTINGS = frozenset({"resourceOptionDetail", "podAutoScaleEnable", "scaleMetricCode", "scaleMetricTarget"})
"""What is kept in ``spec``."""


def insert(
    session: Session,
    *,
    stage: EndpointStageRow,
    spec: EndpointModelResource,
    model: dict[str, Any],
    pods: int,
    created_by: str,
) -> EndpointModelRow:
    """Add a stage resource that is to be created.

    Args:
        model: the model as the API answers it, which is what is deployed.
        pods: how many it begins with, by what the autoscaler has now.
    """
    whole = spec.model_dump(by_alias=True, mode="json", exclude_none=True)
    row = EndpointModelRow(
        id=new_id(),
        appkey=stage.appkey,
        name=model["modelName"],
        description=spec.description,
        status=EndpointModelStatus.CREATE_REQUESTED,
        created_by=created_by,
        endpoint_id=stage.endpoint_id,
        stage_id=stage.id,
        model_id=spec.model_id,
        model=model,
        path=spec.apigw_resource_uri or "",
        pod_count=spec.pod_count,
        pods=pods,
        spec={key: value for key, value in whole.items() if key in SETTINGS},
        observed={},
    )
    session.add(row)
    session.flush()
    events.append(session, row, ResourceType.ENDPOINT_MODEL, EventAction.CREATED)
    return row


def get(session: Session, appkey: str, endpoint_model_id: str, *, lock: bool = False) -> EndpointModelRow | None:
    return resource_queries.get(session, EndpointModelRow, appkey, endpoint_model_id, lock=lock)


def page(
    session: Session,
    appkey: str,
    *,
    endpoint_ids: Sequence[str] = (),
    stage_ids: Sequence[str] = (),
    model_ids: Sequence[str] = (),
    sort: str = "-createdDatetime",
    **listing: Any,
) -> tuple[list[EndpointModelRow], int]:
    """Return a page of a project's stage resources; see ``resource_queries.page``."""
    query = resource_queries.live(EndpointModelRow, appkey)
    return resource_queries.page(
        session,
        query,
        EndpointModelRow,
        sort=SORT,
        order=sort,
        among=[
            (EndpointModelRow.endpoint_id, endpoint_ids),
            (EndpointModelRow.stage_id, stage_ids),
            (EndpointModelRow.model_id, model_ids),
        ],
        **listing,
    )


def of_stages(session: Session, stage_ids: Sequence[str]) -> dict[str, list[EndpointModelRow]]:
    """Return the resources of each of these stages, the oldest first."""
    found: dict[str, list[EndpointModelRow]] = {}
    query = select(EndpointModelRow).where(EndpointModelRow.stage_id.in_(stage_ids))
    for row in session.scalars(query.order_by(EndpointModelRow.created_at, EndpointModelRow.id)):
        found.setdefault(row.stage_id, []).append(row)
    return found


def transition(
    session: Session,
    row: EndpointModelRow,
    status: EndpointModelStatus | None,
    *,
    reason: str | None = None,
    **columns: Any,
) -> bool:
    """Change a stage resource if nobody else did; see ``resource_queries.change``."""
    return resource_queries.change(session, row, ResourceType.ENDPOINT_MODEL, status, reason=reason, **columns)


def purge(session: Session, row: EndpointModelRow) -> None:
    """Forget a stage resource; the counts of its calls stay with the stage."""
    events.append(session, row, ResourceType.ENDPOINT_MODEL, EventAction.DELETED)
    session.execute(delete(EndpointModelRow).where(EndpointModelRow.id == row.id))
