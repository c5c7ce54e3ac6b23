"""The resources of all projects and kinds in one list: what administrators look through."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, String, func, literal, or_, select, type_coerce, union_all
from sqlalchemy.orm import Session

from ..resources.event import ResourceType
from .resource_queries import MAX_UNPAGED, escaped, listed
from .search import TABLES as SEARCHED
from .tables import ResourceRow

TABLES: dict[ResourceType, type[ResourceRow]] = {
    kind: table for kind, table in SEARCHED.items() if kind != ResourceType.ENDPOINT_STAGE
}
"""A stage is part of its endpoint."""
SORT = {
    "createdDatetime": "created_at",
    "name": "name",
    "resourceType": "kind",
    "statusCode": "status",
    "appKey": "appkey",
    "createdBy": "created_by",
}


@dataclass(frozen=True)
class Listed:
    """A resource, as far as all kinds have the same."""

    kind: ResourceType
    id: str
    name: str
    appkey: str
    status: str
    status_reason: str
    created_by: str
    created_at: datetime
    flavor: str


def page(
    session: Session,
    *,
    kinds: Sequence[ResourceType] = (),
    projects: Sequence[str] = (),
    users: Sequence[str] = (),
    statuses: Sequence[str] = (),
    sort: str = "-createdDatetime",
    search: str = "",
    number: int | None = None,
    size: int | None = None,
) -> tuple[list[Listed], int]:
    """Return a page and how many there are in all.

    Args:
        kinds, projects, users, statuses: only resources with one of these; empty: with any.
        sort: one of SORT, with ``-`` before it for descending.
        search: only resources whose name or description holds this, or with this id.
        number: the page, from 1; None: the first.
        size: resources a page; None: all, up to ``MAX_UNPAGED``.
    """
    among = (("appkey", projects), ("created_by", users), ("status", statuses))
    queries = [_of_kind(kind, among, search) for kind in kinds or TABLES]
    found = union_all(*queries).subquery()
    total = session.scalar(select(func.count()).select_from(found)) or 0
    column = found.c[SORT[sort.removeprefix("-")]]
    # The id makes the order total, so that pages neither overlap nor skip.
    order = [each.desc() if sort.startswith("-") else each.asc() for each in (column, found.c.id)]
    size = size or MAX_UNPAGED
    rows = session.execute(select(found).order_by(*order).limit(size).offset(((number or 1) - 1) * size))
    return [Listed(ResourceType(row[0]), *row[1:]) for row in rows], total


def _of_kind(kind: ResourceType, among: Sequence[tuple[str, Sequence[str]]], search: str) -> Select[Any]:
    table: Any = TABLES[kind]
    flavor = table.flavor["name"].as_string() if hasattr(table, "flavor") else literal("")
    columns = (table.id, table.name, table.appkey, table.status, table.status_reason, table.created_by)
    query = select(
        literal(kind.value).label("kind"),
        *columns,
        table.created_at,
        type_coerce(flavor, String).label("flavor"),
    ).where(*listed(table))
    for name, wanted in among:
        if wanted:
            query = query.where(getattr(table, name).in_(wanted))
    return query.where(_matches(table, search)) if search else query


def _matches(table: type[ResourceRow], search: str) -> Any:
    pattern = f"%{escaped(search)}%"
    return or_(
        table.name.ilike(pattern, escape="\\"),
        table.description.ilike(pattern, escape="\\"),
        table.id == search,
    )
