"""The log of changes that listeners follow: in order, and kept long enough for one that was away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, func, insert, select, text
from sqlalchemy.orm import Session

from ..resources.event import Event, EventAction, ResourceType
from . import audit
from .tables import EventRow, ResourceRow, TrainingRow

_EVENT_LOCK = 0x656D6576
_KEPT = 10_000
_PRUNE_EVERY = 500
_INSERT = insert(EventRow)


def append(
    session: Session,
    row: ResourceRow,
    resource_type: ResourceType,
    action: EventAction,
    *,
    experiment_id: str | None = None,
) -> None:
    """Write that a resource changed, in the transaction that changes it; what changes a trial changes its tuning.

    Whoever asked for the change is written down with it (``audit.py``).
    """
    audit.record(
        session,
        appkey=row.appkey,
        resource_type=resource_type,
        resource_id=row.id,
        resource_name=row.name,
        action=action,
        status=row.status,
    )
    if session.get_bind().dialect.name == "postgresql":
        # Ids are given at insert but seen at commit; holding this lock until then keeps them in order.
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _EVENT_LOCK})
    told = {
        "appkey": row.appkey,
        "resource_type": resource_type,
        "resource_id": row.id,
        "resource_name": row.name,
        "action": action,
        "status": row.status,
        "experiment_id": experiment_id,
    }
    _add(session, told)
    if isinstance(row, TrainingRow) and row.tuning_id is not None:
        of_tuning = {
            "resource_type": ResourceType.HYPERPARAMETER_TUNING,
            "resource_id": row.tuning_id,
            "resource_name": row.name.rpartition("-")[0],
            "action": EventAction.UPDATED,
            "status": "",
        }
        _add(session, told | of_tuning)


def _add(session: Session, event: Mapping[str, Any]) -> None:
    # Without the unit of work: every change of every resource comes by here.
    added = session.connection().execute(_INSERT, event)
    session.info["wrote_events"] = True
    (event_id,) = added.inserted_primary_key or (0,)
    if event_id % _PRUNE_EVERY == 0:
        session.execute(delete(EventRow).where(EventRow.id <= event_id - _KEPT))


def since(session: Session, appkey: str, event_id: int, limit: int = 500) -> Sequence[Event]:
    """Return a project's events after one, oldest first."""
    rows = session.scalars(
        select(EventRow).where(EventRow.appkey == appkey, EventRow.id > event_id).order_by(EventRow.id).limit(limit)
    )
    return [
        Event(
            event_id=row.id,
            app_key=row.appkey,
            resource_type=ResourceType(row.resource_type),
            resource_id=row.resource_id,
            resource_name=row.resource_name,
            action=EventAction(row.action),
            status_code=row.status,
            experiment_id=row.experiment_id,
            created_datetime=row.created_at,
        )
        for row in rows
    ]


def last_id(session: Session) -> int:
    """Return the id of the newest event, 0 if there is none."""
    return session.scalar(select(func.max(EventRow.id))) or 0


def first_id(session: Session) -> int:
    """Return the id of the oldest event that is kept, 1 if there is none."""
    return session.scalar(select(func.min(EventRow.id))) or 1
