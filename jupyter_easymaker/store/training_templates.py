"""Training templates in the store."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from typing import Any

from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.orm import Session

from ..resources import limits
from ..resources.event import EventAction, ResourceType
from ..resources.training_template import TrainingTemplateCreate, TrainingTemplateStatus
from . import events, resource_queries
from .tables import TrainingTemplateRow

SORT = {"createdDatetime": TrainingTemplateRow.created_at, "trainingTemplateName": TrainingTemplateRow.name}


def insert(session: Session, *, appkey: str, spec: TrainingTemplateCreate, created_by: str) -> TrainingTemplateRow:
    """Add a template.

    Raises:
        sqlalchemy.exc.IntegrityError: the project has one of this name.
    """
    row = TrainingTemplateRow(
        appkey=appkey,
        name=spec.training_template_name,
        live_name=live_name(appkey, spec.training_template_name),
        description=spec.description,
        status=TrainingTemplateStatus.ACTIVE,
        kind=spec.kind,
        content=content_column(spec.content),
        tags=[tag.model_dump(by_alias=True) for tag in spec.tag_list],
        created_by=created_by,
    )
    session.add(row)
    session.flush()
    events.append(session, row, ResourceType.TRAINING_TEMPLATE, EventAction.CREATED)
    return row


def content_column(content: BaseModel) -> dict[str, Any]:
    """Return what was given of a template's content, as the API spells it."""
    return content.model_dump(by_alias=True, mode="json", exclude_unset=True, exclude_none=True)


def live_name(appkey: str, name: str) -> str:
    """Return what is unique among templates."""
    return f"{appkey}/{name}"


def copy(
    session: Session, row: TrainingTemplateRow, *, name: str | None, description: str | None, created_by: str
) -> TrainingTemplateRow:
    """Add another template of the same settings.

    Args:
        name: None: one that is free and begins as the original's.

    Raises:
        sqlalchemy.exc.IntegrityError: the project has one of this name.
    """
    made = TrainingTemplateRow(
        appkey=row.appkey,
        name=name or _free_name(session, row),
        description=row.description if description is None else description,
        status=TrainingTemplateStatus.ACTIVE,
        kind=row.kind,
        content=row.content,
        tags=row.tags,
        created_by=created_by,
    )
    made.live_name = live_name(row.appkey, made.name)
    session.add(made)
    session.flush()
    events.append(session, made, ResourceType.TRAINING_TEMPLATE, EventAction.CREATED)
    return made


def _free_name(session: Session, row: TrainingTemplateRow) -> str:
    longest = limits.current().name_length
    for number in count(1):
        suffix = "-copy" if number == 1 else f"-copy-{number}"
        name = row.name[: longest - len(suffix)] + suffix
        if session.scalar(select(TrainingTemplateRow.id).filter_by(live_name=live_name(row.appkey, name))) is None:
            return name
    raise AssertionError("unreachable: there is always another number")


def get(session: Session, appkey: str, template_id: str, *, lock: bool = False) -> TrainingTemplateRow | None:
    return resource_queries.get(session, TrainingTemplateRow, appkey, template_id, lock=lock)


def page(
    session: Session,
    appkey: str,
    *,
    kinds: Sequence[str] = (),
    sort: str = "-createdDatetime",
    **listing: Any,
) -> tuple[list[TrainingTemplateRow], int]:
    """Return a page of a project's templates; see ``resource_queries.page``."""
    query = resource_queries.live(TrainingTemplateRow, appkey)
    return resource_queries.page(
        session, query, TrainingTemplateRow, sort=SORT, order=sort, among=[(TrainingTemplateRow.kind, kinds)], **listing
    )


def update(session: Session, row: TrainingTemplateRow, **columns: Any) -> bool:
    """Change a template if nobody else did; see ``resource_queries.change``."""
    return resource_queries.change(session, row, ResourceType.TRAINING_TEMPLATE, **columns)


def delete(session: Session, row: TrainingTemplateRow) -> None:
    """Forget a template; trainings made with it stay as they are."""
    events.append(session, row, ResourceType.TRAINING_TEMPLATE, EventAction.DELETED)
    session.delete(row)
