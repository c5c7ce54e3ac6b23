"""Notebooks in the store."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from ..resources.base import new_id
from ..resources.event import EventAction, ResourceType
from ..resources.flavor import Flavor
from ..resources.image import Image
from ..resources.notebook import NotebookCreate, NotebookStatus
from . import events, resource_queries, usage
from .hub_tables import NotebookRow

SORT = {
    "createdDatetime": NotebookRow.created_at,
    "notebookName": NotebookRow.name,
    "notebookStatusCode": NotebookRow.status,
    "owner": NotebookRow.owner,
}
STOPPING, STARTING, FOREIGN = "STOPPING", "STARTING", "FOREIGN"


def insert(
    session: Session,
    *,
    appkey: str,
    spec: NotebookCreate,
    owner: str,
    flavor: Flavor,
    image: Image,
    server_name: str | None = None,
    status: NotebookStatus = NotebookStatus.CREATE_REQUESTED,
    phase: str = STARTING,
) -> NotebookRow:
    """Add a notebook.

    Args:
        server_name: of a server the hub has already; None: one is made up.

    Raises:
        sqlalchemy.exc.IntegrityError: this server is a notebook already.
    """
    notebook_id = new_id()
    name = f"nb-{notebook_id.replace('-', '')[:16]}" if server_name is None else server_name
    row = NotebookRow(
        id=notebook_id,
        appkey=appkey,
        name=spec.notebook_name,
        description=spec.description,
        status=status,
        tags=[tag.model_dump(by_alias=True) for tag in spec.tag_list],
        created_by=owner,
        owner=owner,
        server_name=name,
        live_server=live_server(owner, name),
        spec=spec.model_dump(by_alias=True, mode="json"),
        flavor=flavor.model_dump(by_alias=True, mode="json"),
        image=kept_image(image),
        action_id=new_id(),
        phase=phase,
        at_hub=server_name is not None,
    )
    session.add(row)
    session.flush()
    usage.hold_storage(session, row)
    events.append(session, row, ResourceType.NOTEBOOK, EventAction.CREATED)
    return row


def kept_image(image: Image) -> dict[str, Any]:
    """Return what is kept of an image: all of it, the interpreter included."""
    return {**image.model_dump(by_alias=True, mode="json"), "python": image.python}


def live_server(owner: str, server_name: str) -> str:
    """Return what is unique while a notebook lives."""
    return f"{owner}/{server_name}"


def get(session: Session, appkey: str, notebook_id: str, *, lock: bool = False) -> NotebookRow | None:
    return resource_queries.get(session, NotebookRow, appkey, notebook_id, lock=lock)


def by_server(session: Session, owner: str, server_name: str, *, lock: bool = False) -> NotebookRow | None:
    """Return the notebook a server of the hub is."""
    query = select(NotebookRow).where(NotebookRow.live_server == live_server(owner, server_name))
    return session.scalar(query.with_for_update() if lock else query)


def page(
    session: Session,
    appkey: str | None,
    *,
    owners: Sequence[str] = (),
    projects: Sequence[str] = (),
    sort: str = "-createdDatetime",
    **listing: Any,
) -> tuple[list[NotebookRow], int]:
    """Return a page of a project's notebooks (None: of all projects'); see ``resource_queries.page``."""
    query = select(NotebookRow).where(NotebookRow.deleted_at.is_(None))
    if appkey is not None:
        query = resource_queries.live(NotebookRow, appkey)
    return resource_queries.page(
        session,
        query,
        NotebookRow,
        sort=SORT,
        order=sort,
        among=[(NotebookRow.owner, owners), (NotebookRow.appkey, projects)],
        **listing,
    )


def all_live(session: Session) -> Sequence[NotebookRow]:
    """Return the notebooks of all projects."""
    return session.scalars(
        select(NotebookRow).where(NotebookRow.deleted_at.is_(None)).order_by(NotebookRow.created_at)
    ).all()


def transition(
    session: Session,
    row: NotebookRow,
    status: NotebookStatus | None,
    *,
    reason: str | None = None,
    **columns: Any,
) -> bool:
    """Change a notebook if nobody else did; see ``resource_queries.change``."""
    return resource_queries.change(session, row, ResourceType.NOTEBOOK, status, reason=reason, **columns)


def forget(session: Session, row: NotebookRow) -> bool:
    """Forget a notebook whose server and storages are gone, and tell of it. Returns as ``transition``."""
    written = resource_queries.mark_deleted(session, row, ResourceType.NOTEBOOK, live_server=None)
    if written:
        usage.over(session, row.id)
        session.execute(delete(NotebookRow).where(NotebookRow.id == row.id))
    return written


def healthy(session: Session, appkey: str) -> dict[str, int]:
    """Return how many ACTIVE notebooks of a project have which health."""
    rows = session.execute(
        select(NotebookRow.health, func.count())
        .where(
            NotebookRow.appkey == appkey,
            NotebookRow.deleted_at.is_(None),
            NotebookRow.status == NotebookStatus.ACTIVE,
        )
        .group_by(NotebookRow.health)
    )
    return {str(row[0]): row[1] for row in rows}
