"""One search over everything a project has."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import String, cast, literal, or_, select, union_all
from sqlalchemy.orm import Session

from ..resources.event import ResourceType
from .resource_queries import escaped
from .tables import ExperimentRow, ModelRow, ResourceRow, TrainingRow, TrainingTemplateRow

TABLES: dict[ResourceType, type[ResourceRow]] = {
    ResourceType.EXPERIMENT: ExperimentRow,
    ResourceType.TRAINING: TrainingRow,
    ResourceType.MODEL: ModelRow,
    ResourceType.TRAINING_TEMPLATE: TrainingTemplateRow,
}


@dataclass(frozen=True)
class Found:
    """A resource that matches."""

    resource_type: ResourceType
    id: str
    name: str
    description: str
    status: str
    created_at: datetime


def search(session: Session, appkey: str, text: str, limit: int) -> list[Found]:
    """Return the newest resources whose name, description, tags or id hold the text."""
    pattern = f"%{escaped(text)}%"
    queries = [
        select(
            literal(kind.value).label("kind"), table.id, table.name, table.description, table.status, table.created_at
        ).where(
            table.appkey == appkey,
            table.deleted_at.is_(None),
            or_(
                table.name.ilike(pattern, escape="\\"),
                table.description.ilike(pattern, escape="\\"),
                cast(table.tags, String).ilike(pattern, escape="\\"),
                table.id == text,
            ),
        )
        for kind, table in TABLES.items()
    ]
    together = union_all(*queries).subquery()
    rows = session.execute(select(together).order_by(together.c.created_at.desc(), together.c.id).limit(limit))
    return [Found(ResourceType(row[0]), *row[1:]) for row in rows]
