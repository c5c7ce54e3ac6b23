"""Stages of endpoints in the store."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from ..resources.endpoint import GatewayStatus
from ..resources.endpoint_stage import EndpointStageStatus, StageSettings
from ..resources.event import EventAction, ResourceType
from ..resources.flavor import Flavor
from . import events, resource_queries
from .endpoint_tables import EndpointCallRow, EndpointModelRow, EndpointRow, EndpointStageRow

SORT = {
    "createdDatetime": EndpointStageRow.created_at,
    "endpointStageName": EndpointStageRow.name,
    "endpointStageStatusCode": EndpointStageRow.status,
}
SETTINGS = frozenset(
    {
        "caEnable",
        "caMinNodeCount",
        "caMaxNodeCount",
        "caScaleDownEnable",
        "caScaleDownUtilThresh",
        "caScaleDownUnneededTime",
        "caScaleDownDelayAfterAdd",
        "useLog",
    }
)
"""What is kept in ``spec``."""
CLUSTER_VERSION = "clusterVersion"
"""As is the version it was created on."""


def insert(
    session: Session,
    *,
    endpoint: EndpointRow,
    stage_id: str,
    name: str,
    spec: StageSettings,
    flavor: Flavor,
    cluster_version: str,
    created_by: str,
) -> EndpointStageRow:
    """Add a stage that is to be created; its resources follow in the same transaction.

    Args:
        cluster_version: of the cluster its instances are made on; it keeps them as long as it is there.

    Raises:
        sqlalchemy.exc.IntegrityError: the endpoint has one of this name.
    """
    whole = spec.model_dump(by_alias=True, mode="json")
    row = EndpointStageRow(
        id=stage_id,
        appkey=endpoint.appkey,
        name=name,
        live_name=f"{endpoint.id}/{name}",
        description=spec.description,
        status=EndpointStageStatus.CREATE_REQUESTED,
        tags=[tag.model_dump(by_alias=True) for tag in spec.tag_list],
        created_by=created_by,
        endpoint_id=endpoint.id,
        flavor=flavor.model_dump(by_alias=True, mode="json"),
        spec={CLUSTER_VERSION: cluster_version} | {key: value for key, value in whole.items() if key in SETTINGS},
        node_count=spec.node_count,
        nodes=spec.node_count,
        scaling={},
        gateway_status=GatewayStatus.CREATE_IN_PROGRESS,
    )
    session.add(row)
    session.flush()
    events.append(session, row, ResourceType.ENDPOINT_STAGE, EventAction.CREATED)
    return row


def get(session: Session, appkey: str, stage_id: str, *, lock: bool = False) -> EndpointStageRow | None:
    return resource_queries.get(session, EndpointStageRow, appkey, stage_id, lock=lock)


def page(
    session: Session,
    appkey: str,
    *,
    endpoint_ids: Sequence[str] = (),
    sort: str = "-createdDatetime",
    **listing: Any,
) -> tuple[list[EndpointStageRow], int]:
    """Return a page of a project's stages; see ``resource_queries.page``."""
    query = resource_queries.live(EndpointStageRow, appkey)
    return resource_queries.page(
        session,
        query,
        EndpointStageRow,
        sort=SORT,
        order=sort,
        among=[(EndpointStageRow.endpoint_id, endpoint_ids)],
        **listing,
    )


def of_endpoints(session: Session, endpoint_ids: Sequence[str]) -> dict[str, list[EndpointStageRow]]:
    """Return the stages of each of these endpoints, the oldest first."""
    found: dict[str, list[EndpointStageRow]] = {}
    query = select(EndpointStageRow).where(EndpointStageRow.endpoint_id.in_(endpoint_ids))
    for row in session.scalars(query.order_by(EndpointStageRow.created_at, EndpointStageRow.id)):
        found.setdefault(row.endpoint_id, []).append(row)
    return found


def transition(
    session: Session,
    row: EndpointStageRow,
    status: EndpointStageStatus | None,
    *,
    reason: str | None = None,
    **columns: Any,
) -> bool:
    """Change a stage if nobody else did; see ``resource_queries.change``."""
    return resource_queries.change(session, row, ResourceType.ENDPOINT_STAGE, status, reason=reason, **columns)


def remember(session: Session, row: EndpointStageRow, scaling: dict[str, Any]) -> bool:
    """Write what the autoscaler remembers if nobody changed the stage; nobody needs to hear of it."""
    written = session.execute(
        update(EndpointStageRow)
        .where(EndpointStageRow.id == row.id, EndpointStageRow.version == row.version)
        .values(scaling=scaling, version=row.version + 1)
        .execution_options(synchronize_session=False)
    )
    return bool(written.rowcount)  # type: ignore[attr-defined]


def purge(session: Session, row: EndpointStageRow) -> bool:
    """Forget a stage and the counts of its calls; False while a resource is left."""
    if session.scalar(select(EndpointModelRow.id).where(EndpointModelRow.stage_id == row.id).limit(1)) is not None:
        return False
    events.append(session, row, ResourceType.ENDPOINT_STAGE, EventAction.DELETED)
    session.execute(delete(EndpointCallRow).where(EndpointCallRow.stage_id == row.id))
    session.execute(delete(EndpointStageRow).where(EndpointStageRow.id == row.id))
    return True
