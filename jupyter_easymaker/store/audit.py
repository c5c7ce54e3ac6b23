"""The log of who did what: written in the transaction that does it, so that neither is there without the other."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from .actor import ACTOR
from .hub_tables import AuditRow

KEPT = 1_000_000
_PRUNE_EVERY = 1000


def record(
    session: Session,
    *,
    appkey: str = "",
    resource_type: str = "",
    resource_id: str = "",
    resource_name: str = "",
    **detail: Any,
) -> None:
    """Write down what the one who asks is doing; of the backend's own doings nothing is written."""
    actor = ACTOR.get()
    if actor is None or (resource_id and resource_id in actor.seen):
        return
    actor.seen.add(resource_id)
    row = AuditRow(
        user_id=actor.user_id,
        operation=actor.operation,
        appkey=appkey,
        resource_type=resource_type,
        resource_id=resource_id,
        resource_name=resource_name,
        detail=detail,
    )
    session.add(row)
    session.flush()
    if row.id % _PRUNE_EVERY == 0:
        session.execute(delete(AuditRow).where(AuditRow.id <= row.id - KEPT))


def page(
    session: Session,
    *,
    appkey: str | None = None,
    user_id: str | None = None,
    operation: str | None = None,
    resource_id: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    number: int,
    size: int,
) -> tuple[list[AuditRow], int]:
    """Return a page of the log, the newest first, and how many entries match."""
    query = select(AuditRow)
    for column, value in (
        (AuditRow.appkey, appkey),
        (AuditRow.user_id, user_id),
        (AuditRow.operation, operation),
        (AuditRow.resource_id, resource_id),
    ):
        if value is not None:
            query = query.where(column == value)
    if since is not None:
        query = query.where(AuditRow.at >= since)
    if until is not None:
        query = query.where(AuditRow.at < until)
    total = session.scalar(query.with_only_columns(func.count()).select_from(AuditRow)) or 0
    rows = session.scalars(query.order_by(AuditRow.id.desc()).limit(size).offset((number - 1) * size))
    return list(rows), total
