"""One search over everything a project has."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Text, case, func, literal, or_, select, type_coerce, union_all
from sqlalchemy.orm import Session

from ..resources.event import ResourceType
from .endpoint_tables import EndpointRow, EndpointStageRow
from .hub_tables import ImageRow, NotebookRow, RegistryAccountRow
from .resource_queries import escaped, listed
from .tables import (
    BatchInferenceRow,
    ExperimentRow,
    HyperparameterTuningRow,
    ModelRow,
    ResourceRow,
    TrainingRow,
    TrainingTemplateRow,
)

TABLES: dict[ResourceType, type[ResourceRow]] = {
    ResourceType.EXPERIMENT: ExperimentRow,
    ResourceType.TRAINING: TrainingRow,
    ResourceType.HYPERPARAMETER_TUNING: HyperparameterTuningRow,
    ResourceType.MODEL: ModelRow,
    ResourceType.BATCH_INFERENCE: BatchInferenceRow,
    ResourceType.TRAINING_TEMPLATE: TrainingTemplateRow,
    ResourceType.ENDPOINT: EndpointRow,
    ResourceType.ENDPOINT_STAGE: EndpointStageRow,
    ResourceType.NOTEBOOK: NotebookRow,
    ResourceType.IMAGE: ImageRow,
    ResourceType.REGISTRY_ACCOUNT: RegistryAccountRow,
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
    """Return resources whose name, description or tags hold the text, or whose id begins with it.

    Those called so come first, then those whose name begins so, then those whose name holds it; the newest first.
    """
    pattern, beginning = f"%{escaped(text)}%", f"{escaped(text)}%"
    queries = []
    for kind, table in TABLES.items():
        in_name = table.name.ilike(pattern, escape="\\")
        rank = case(
            (or_(func.lower(table.name) == text.lower(), table.id == text), 0),
            (table.name.ilike(beginning, escape="\\"), 1),
            (in_name, 2),
            else_=3,
        )
        columns = (table.id, table.name, table.description, table.status, table.created_at)
        matches = or_(
            in_name,
            table.description.ilike(pattern, escape="\\"),
            table.id.like(beginning, escape="\\"),
            _in_tags(session, table, pattern),
        )
        queries.append(
            select(literal(kind.value).label("kind"), *columns, rank.label("rank")).where(
                table.appkey == appkey, *listed(table), matches
            )
        )
    found = union_all(*queries).subquery()
    order = (found.c.rank, found.c.created_at.desc(), found.c.id)
    rows = session.execute(select(found).order_by(*order).limit(limit))
    return [Found(ResourceType(row[0]), *row[1:6]) for row in rows]


def _in_tags(session: Session, table: type[ResourceRow], pattern: str) -> ColumnElement[bool]:
    """Return whether a tag, as ``key=value``, matches; the JSON it is kept in spells it otherwise."""
    tag: Any
    key: Any
    value: Any
    if session.get_bind().dialect.name == "postgresql":
        tag = func.json_array_elements(table.tags).column_valued("tag")
        key, value = tag.op("->>")("tagKey"), tag.op("->>")("tagValue")
    else:
        tag = func.json_each(table.tags).table_valued("value")
        key, value = func.json_extract(tag.c.value, "$.tagKey"), func.json_extract(tag.c.value, "$.tagValue")
    spelled = type_coerce(key, Text).concat("=").concat(func.coalesce(type_coerce(value, Text), ""))
    return select(literal(1)).where(spelled.ilike(pattern, escape="\\")).exists()
