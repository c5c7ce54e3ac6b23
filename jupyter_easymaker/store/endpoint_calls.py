"""Counts of calls in the store: added up by the minute, thinned out to hours and days as they grow old."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ..resources.base import now
from .endpoint_tables import EndpointCallRow, EndpointStageRow, GatewayStateRow

MINUTE, HOUR, DAY = 60, 3600, 86400
_KEPT = ((MINUTE, HOUR, 3 * DAY), (HOUR, DAY, 60 * DAY))
"""(width, what it becomes, after how many seconds)."""
_KEPT_DAYS_SECONDS = 3 * 365 * DAY
COUNTS = ("success2xx", "fail4xx", "fail5xx", "other")


@dataclass(frozen=True)
class Calls:
    """Calls of one stage resource by one path."""

    stage_id: str
    model_id: str
    path: str
    by_default_address: bool
    model_name: str = ""
    success2xx: int = 0
    fail4xx: int = 0
    fail5xx: int = 0
    other: int = 0
    seconds: float = 0.0
    buckets: Mapping[str, int] = field(default_factory=dict)


def read_state(session: Session, name: str) -> tuple[int, dict[str, Any]]:
    """Return the version of what backends remember under a name, and that; version 0 if there is nothing yet."""
    row = session.get(GatewayStateRow, name)
    return (row.version, row.content) if row is not None else (0, {})


def write_state(session: Session, name: str, version: int, content: dict[str, Any]) -> bool:
    """Replace what was read, unless somebody else has meanwhile: then False, and nothing is to be written."""
    if version == 0:
        try:
            with session.begin_nested():
                session.add(GatewayStateRow(name=name, content=content))
        except IntegrityError:
            return False
        return True
    written = session.execute(
        update(GatewayStateRow)
        .where(GatewayStateRow.name == name, GatewayStateRow.version == version)
        .values(content=content, version=version + 1, changed_at=now())
        .execution_options(synchronize_session=False)
    )
    return bool(written.rowcount)  # type: ignore[attr-defined]


def add(session: Session, calls: Sequence[Calls], at: float) -> None:
    """Count calls of this moment; those of stages that are gone are left out."""
    there = set(session.scalars(select(EndpointStageRow.id)))
    for each in calls:
        if each.stage_id in there:
            _add(session, each, int(at) // MINUTE * MINUTE, MINUTE)


def _add(session: Session, calls: Calls, at: int, width: int) -> None:
    key = (calls.stage_id, calls.model_id, calls.path, calls.by_default_address, at, width)
    row = session.get(EndpointCallRow, key)
    if row is None:
        row = EndpointCallRow(
            stage_id=calls.stage_id,
            model_id=calls.model_id,
            path=calls.path,
            by_default_address=calls.by_default_address,
            at=at,
            width=width,
            success2xx=0,
            fail4xx=0,
            fail5xx=0,
            other=0,
            seconds=0.0,
            buckets={},
        )
        session.add(row)
    row.model_name = calls.model_name or row.model_name
    for name in COUNTS:
        setattr(row, name, getattr(row, name) + getattr(calls, name))
    row.seconds += calls.seconds
    row.buckets = merged(row.buckets, calls.buckets)
    session.flush()


def merged(first: Mapping[str, int], second: Mapping[str, int]) -> dict[str, int]:
    """Return the sum of two histograms."""
    return dict(Counter(first) + Counter(second))


def of_stage(session: Session, stage_id: str, since: float, until: float) -> Sequence[EndpointCallRow]:
    """Return the counts of a stage whose stretch of time begins in [since, until), oldest first."""
    return session.scalars(
        select(EndpointCallRow)
        .where(
            EndpointCallRow.stage_id == stage_id,
            EndpointCallRow.at + EndpointCallRow.width > since,
            EndpointCallRow.at < until,
        )
        .order_by(EndpointCallRow.at)
    ).all()


def number_since(session: Session, stage_id: str, since: int) -> int:
    """Return how many calls of a stage were counted in stretches of time that begin at ``since`` or later."""
    every = sum((getattr(EndpointCallRow, name) for name in COUNTS[1:]), getattr(EndpointCallRow, COUNTS[0]))
    chosen = select(func.sum(every)).where(EndpointCallRow.stage_id == stage_id, EndpointCallRow.at >= since)
    return int(session.scalar(chosen) or 0)


def totals(session: Session, appkey: str, since: float) -> list[tuple[str, int, int, int, int]]:
    """Return the calls of each stage of a project: ``(stage, 2xx, 4xx, 5xx, other)``."""
    sums = [func.sum(getattr(EndpointCallRow, name)) for name in COUNTS]
    rows = session.execute(
        select(EndpointCallRow.stage_id, *sums)
        .join(EndpointStageRow, EndpointStageRow.id == EndpointCallRow.stage_id)
        .where(EndpointStageRow.appkey == appkey, EndpointCallRow.at >= since)
        .group_by(EndpointCallRow.stage_id)
    )
    return [(row[0], *(int(number or 0) for number in row[1:])) for row in rows]  # type: ignore[misc]


def thin_out(session: Session, at: float, at_most: int = 5000) -> bool:
    """Add up what is old into longer stretches, and forget what is very old; return whether more is left to do."""
    left = False
    for width, wider, after in _KEPT:
        # Whole stretches only, so that what is added up is never added to again.
        before = int(at - after) // wider * wider
        rows = session.scalars(
            select(EndpointCallRow)
            .where(EndpointCallRow.width == width, EndpointCallRow.at < before)
            .order_by(EndpointCallRow.at)
            .limit(at_most)
        ).all()
        left = left or len(rows) == at_most
        for row in rows:
            calls = Calls(
                row.stage_id,
                row.model_id,
                row.path,
                row.by_default_address,
                row.model_name,
                row.success2xx,
                row.fail4xx,
                row.fail5xx,
                row.other,
                row.seconds,
                row.buckets,
            )
            _add(session, calls, row.at // wider * wider, wider)
            session.delete(row)
        session.flush()
    session.execute(
        delete(EndpointCallRow).where(EndpointCallRow.width == DAY, EndpointCallRow.at < at - _KEPT_DAYS_SECONDS)
    )
    return left
