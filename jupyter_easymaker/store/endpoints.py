"""Endpoints in the store, and their keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from ..resources.base import new_id
from ..resources.endpoint import EndpointCreate, EndpointStatus
from ..resources.event import EventAction, ResourceType
from . import events, resource_queries
from .endpoint_tables import EndpointApiKeyRow, EndpointModelRow, EndpointRow, EndpointStageRow

SORT = {
    "createdDatetime": EndpointRow.created_at,
    "endpointName": EndpointRow.name,
    "endpointStatusCode": EndpointRow.status,
}


def insert(
    session: Session, *, appkey: str, spec: EndpointCreate, default_stage_id: str, created_by: str
) -> EndpointRow:
    """Add an endpoint that is to be created; its first stage follows in the same transaction.

    Raises:
        sqlalchemy.exc.IntegrityError: the project has one of this name.
    """
    row = EndpointRow(
        id=new_id(),
        appkey=appkey,
        name=spec.endpoint_name,
        live_name=f"{appkey}/{spec.endpoint_name}",
        description=spec.description,
        status=EndpointStatus.CREATE_REQUESTED,
        tags=[tag.model_dump(by_alias=True) for tag in spec.tag_list],
        created_by=created_by,
        default_stage_id=default_stage_id,
        traffic={},
        use_api_key=spec.use_api_key,
    )
    session.add(row)
    session.flush()
    events.append(session, row, ResourceType.ENDPOINT, EventAction.CREATED)
    return row


def get(session: Session, appkey: str, endpoint_id: str, *, lock: bool = False) -> EndpointRow | None:
    return resource_queries.get(session, EndpointRow, appkey, endpoint_id, lock=lock)


def page(
    session: Session,
    appkey: str,
    *,
    model_ids: Sequence[str] = (),
    sort: str = "-createdDatetime",
    **listing: Any,
) -> tuple[list[EndpointRow], int]:
    """Return a page of a project's endpoints; see ``resource_queries.page``."""
    query = resource_queries.live(EndpointRow, appkey)
    if model_ids:
        using = select(EndpointModelRow.endpoint_id).where(EndpointModelRow.model_id.in_(model_ids))
        query = query.where(EndpointRow.id.in_(using))
    return resource_queries.page(session, query, EndpointRow, sort=SORT, order=sort, **listing)


def everything(
    session: Session,
) -> tuple[Sequence[EndpointRow], Sequence[EndpointStageRow], Sequence[EndpointModelRow]]:
    """Return all endpoints of all projects, their stages and stage resources, the oldest first."""
    return (
        session.scalars(select(EndpointRow).order_by(EndpointRow.created_at, EndpointRow.id)).all(),
        session.scalars(select(EndpointStageRow).order_by(EndpointStageRow.created_at, EndpointStageRow.id)).all(),
        session.scalars(select(EndpointModelRow).order_by(EndpointModelRow.created_at, EndpointModelRow.id)).all(),
    )


def transition(
    session: Session, row: EndpointRow, status: EndpointStatus | None, *, reason: str | None = None, **columns: Any
) -> bool:
    """Change an endpoint if nobody else did; see ``resource_queries.change``."""
    return resource_queries.change(session, row, ResourceType.ENDPOINT, status, reason=reason, **columns)


def purge(session: Session, row: EndpointRow) -> bool:
    """Forget an endpoint and its keys; False while a stage is left."""
    if session.scalar(select(EndpointStageRow.id).where(EndpointStageRow.endpoint_id == row.id).limit(1)) is not None:
        return False
    events.append(session, row, ResourceType.ENDPOINT, EventAction.DELETED)
    session.execute(delete(EndpointApiKeyRow).where(EndpointApiKeyRow.endpoint_id == row.id))
    session.execute(delete(EndpointRow).where(EndpointRow.id == row.id))
    return True


def using_model(session: Session, model_id: str) -> list[str]:
    """Return the names of the endpoints that serve a model."""
    names = (
        select(EndpointRow.name)
        .join(EndpointModelRow, EndpointModelRow.endpoint_id == EndpointRow.id)
        .where(EndpointModelRow.model_id == model_id)
    )
    return sorted(set(session.scalars(names)))


def logged(session: Session, appkey: str | None) -> list[tuple[EndpointRow, EndpointModelRow]]:
    """Return the resources of stages with log management, and their endpoints.

    Args:
        appkey: of this project only; None: of all.
    """
    query = (
        select(EndpointRow, EndpointModelRow, EndpointStageRow)
        .join(EndpointModelRow, EndpointModelRow.endpoint_id == EndpointRow.id)
        .join(EndpointStageRow, EndpointStageRow.id == EndpointModelRow.stage_id)
    )
    if appkey is not None:
        query = query.where(EndpointRow.appkey == appkey)
    return [(endpoint, row) for endpoint, row, stage in session.execute(query) if stage.spec["useLog"]]


def add_api_key(
    session: Session, *, endpoint_id: str, name: str, secret: str, created_by: str, internal: bool = False
) -> EndpointApiKeyRow:
    """Add a key; ``secret`` is encrypted already."""
    row = EndpointApiKeyRow(endpoint_id=endpoint_id, name=name, secret=secret, created_by=created_by, internal=internal)
    session.add(row)
    session.flush()
    return row


def api_keys(session: Session, endpoint_ids: Sequence[str]) -> dict[str, list[EndpointApiKeyRow]]:
    """Return the keys of each of these endpoints, the oldest first."""
    found: dict[str, list[EndpointApiKeyRow]] = {}
    query = select(EndpointApiKeyRow).where(EndpointApiKeyRow.endpoint_id.in_(endpoint_ids))
    for row in session.scalars(query.order_by(EndpointApiKeyRow.created_at, EndpointApiKeyRow.id)):
        found.setdefault(row.endpoint_id, []).append(row)
    return found


def delete_api_key(session: Session, endpoint_id: str, key_id: str) -> bool:
    """Delete a key people made; False if there is none."""
    gone = session.execute(
        delete(EndpointApiKeyRow).where(
            EndpointApiKeyRow.id == key_id,
            EndpointApiKeyRow.endpoint_id == endpoint_id,
            EndpointApiKeyRow.internal.is_(False),
        )
    )
    return bool(gone.rowcount)  # type: ignore[attr-defined]
