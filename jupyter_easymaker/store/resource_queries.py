"""The queries every resource needs, written once: a page of a list, and a guarded change of state."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, UnaryExpression, Update, bindparam, func, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.orm.attributes import set_committed_value

from ..resources.base import now
from ..resources.event import EventAction, ResourceType
from ..resources.status import Status
from . import events, usage
from .tables import ResourceRow, TrainingRow

Row = TypeVar("Row", bound=ResourceRow)
MAX_UNPAGED = 10_000


def get(session: Session, table: type[Row], appkey: str, resource_id: str, *, lock: bool = False) -> Row | None:
    """Return the resource if it is the project's and not being deleted.

    Args:
        lock: nobody else changes or deletes it until this transaction ends. Whoever decides by what a row says,
            or adds something that belongs to it, asks for this. (SQLite lets one transaction write at a time anyway.)
    """
    if "\x00" in resource_id:  # PostgreSQL refuses to look for it
        return None
    row = session.get(table, resource_id, with_for_update=lock or None)
    return row if row is not None and row.appkey == appkey and row.deleted_at is None else None


def live(table: type[Row], appkey: str) -> Select[Row]:
    """Return the query for all of a project's resources of a kind."""
    return select(table).where(table.appkey == appkey, *listed(table))


def listed(table: type[ResourceRow]) -> list[ColumnElement[bool]]:
    """Return what makes a row a resource of its own: it is not being deleted, and no trial of a tuning."""
    found: list[ColumnElement[bool]] = [table.deleted_at.is_(None)]
    if table is TrainingRow:
        found.append(TrainingRow.tuning_id.is_(None))
    return found


def named(session: Session, query: Select[Row], table: type[Row], names: Sequence[str]) -> Select[Row]:
    """Narrow a query down to the resources of these names.

    SDK 1 joins names with commas, but a name may hold one: ``a,b`` means the resource called so, or, if there
    is none, those called ``a`` and ``b`` when both are there. Anything looser would hand out a wrong resource.
    """
    wanted: set[str] = set()
    for name in names:
        parts = {part.strip() for part in name.split(",")}
        known = set(session.scalars(query.where(table.name.in_({name, *parts})).with_only_columns(table.name)))
        wanted |= {name} if name in known or not parts <= known else parts
    return query.where(table.name.in_(wanted))


def page(
    session: Session,
    query: Select[Row],
    table: type[Row],
    *,
    sort: Mapping[str, Any],
    order: str = "-createdDatetime",
    ids: Sequence[str] = (),
    names: Sequence[str] = (),
    statuses: Sequence[str] = (),
    among: Iterable[tuple[InstrumentedAttribute[Any], Sequence[Any]]] = (),
    search: str = "",
    number: int | None = None,
    size: int | None = None,
) -> tuple[list[Row], int]:
    """Return one page of a query and how many rows there are in all.

    Args:
        sort: the sortable fields' names to their columns.
        order: one of those names, with ``-`` before it for descending.
        ids, names, statuses: only rows with one of these; empty: with any.
        among: other columns, each with the values that are wanted; empty: any.
        search: only rows whose name, description or id holds this.
        number: the page, from 1; None: the first.
        size: rows a page; None: all, up to ``MAX_UNPAGED``.
    """
    for column, wanted in ((table.id, ids), (table.status, statuses), *among):
        if wanted:
            query = query.where(column.in_(wanted))
    if names:
        query = named(session, query, table, names)
    if search:
        pattern = f"%{escaped(search)}%"
        query = query.where(
            or_(
                table.name.ilike(pattern, escape="\\"),
                table.description.ilike(pattern, escape="\\"),
                table.id == search,
            )
        )
    total = session.scalar(query.order_by(None).with_only_columns(func.count())) or 0
    size = size or MAX_UNPAGED
    ordered = query.order_by(*_ordering(table, sort, order)).limit(size).offset(((number or 1) - 1) * size)
    return list(session.scalars(ordered)), total


def _ordering(table: type[Row], sort: Mapping[str, Any], order: str) -> Sequence[UnaryExpression[Any]]:
    column = sort[order.removeprefix("-")]
    # The id makes the order total, so that pages neither overlap nor skip.
    columns: tuple[ColumnElement[Any] | InstrumentedAttribute[Any], ...] = (column, table.id)
    return [each.desc() if order.startswith("-") else each.asc() for each in columns]


def escaped(search: str) -> str:
    """Return a text for LIKE with a backslash as the escape, its own wildcards taken literally."""
    return search.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def change(
    session: Session,
    row: ResourceRow,
    resource_type: ResourceType,
    status: Status | None = None,
    *,
    reason: str | None = None,
    action: EventAction = EventAction.UPDATED,
    experiment_id: str | None = None,
    **columns: Any,
) -> bool:
    """Change a row if nobody changed it since it was read, and write the event, in this transaction.

    Args:
        status: the new status; None leaves it.
        reason: the new reason; None leaves it.
        columns: other columns and their values.

    Returns:
        False if somebody else was faster: nothing was written, look again.

    Raises:
        ValueError: the status cannot follow the row's.
    """
    if status is not None:
        before = type(status)(row.status)
        if not before.may_become(status):
            raise ValueError(f"{resource_type} {row.id} cannot become {status} from {before}")
        columns["status"] = status.value
    if reason is not None:
        columns["status_reason"] = reason
    session.flush()
    columns["version"] = row.version + 1
    guard = {"guarded_id": row.id, "guarded_version": row.version}
    # Without the unit of work: this is done several times for every training.
    statement = _guarded_update(type(row), tuple(columns))  # type: ignore[arg-type] # classes are hashable
    if session.connection().execute(statement, columns | guard).rowcount != 1:
        return False
    for name, value in columns.items():  # the rest is what it was, or the version would differ
        set_committed_value(row, name, value)
    usage.follow(session, row, columns)
    events.append(session, row, resource_type, action, experiment_id=experiment_id)
    return True


@cache
def _guarded_update(table: type[Any], columns: tuple[str, ...]) -> Update:
    guard = (table.id == bindparam("guarded_id"), table.version == bindparam("guarded_version"))
    return update(table).where(*guard).values({name: bindparam(name) for name in columns})


def mark_deleted(session: Session, row: ResourceRow, resource_type: ResourceType, **arguments: Any) -> bool:
    """Hide a resource from every list; the reconciler removes what belongs to it. Returns as ``change``."""
    return change(session, row, resource_type, action=EventAction.DELETED, deleted_at=now(), **arguments)


def count_by_status(session: Session, table: type[ResourceRow], appkey: str) -> dict[str, int]:
    """Return how many resources of a project have which status."""
    rows = session.execute(
        select(table.status, func.count()).where(table.appkey == appkey, *listed(table)).group_by(table.status)
    )
    return {row[0]: row[1] for row in rows}


def count_all(session: Session, table: type[ResourceRow]) -> dict[tuple[str, str], int]:
    """Return how many resources of which project have which status."""
    rows = session.execute(
        select(table.appkey, table.status, func.count()).where(*listed(table)).group_by(table.appkey, table.status)
    )
    return {(row[0], row[1]): row[2] for row in rows}
