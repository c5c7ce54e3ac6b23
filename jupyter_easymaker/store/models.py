"""Models in the store."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from ..resources.event import EventAction, ResourceType
from ..resources.model import ModelCreate, ModelStatus
from . import events, resource_queries
from .tables import HyperparameterTuningRow, ModelRow, TrainingRow

SORT = {
    "createdDatetime": ModelRow.created_at,
    "modelName": ModelRow.name,
    "modelFormatCode": ModelRow.model_format,
}


def insert(
    session: Session,
    *,
    appkey: str,
    spec: ModelCreate,
    created_by: str,
    model_upload_uri: str,
    model_format: str | None,
    training: TrainingRow | None,
    tuning: HyperparameterTuningRow | None,
) -> ModelRow:
    """Register a model.

    Args:
        training: what made it; of a tuning its best trial.
    """
    row = ModelRow(
        appkey=appkey,
        name=spec.model_name,
        description=spec.description,
        status=ModelStatus.ACTIVE,
        tags=[tag.model_dump(by_alias=True) for tag in spec.tag_list],
        created_by=created_by,
        training_id=training.id if training else None,
        training_name=training.name if training else None,
        tuning_id=tuning.id if tuning else None,
        tuning_name=tuning.name if tuning else None,
        model_format=model_format,
        framework_version=spec.framework_version,
        model_upload_uri=model_upload_uri,
    )
    session.add(row)
    session.flush()
    events.append(session, row, ResourceType.MODEL, EventAction.CREATED)
    return row


def get(session: Session, appkey: str, model_id: str, *, lock: bool = False) -> ModelRow | None:
    return resource_queries.get(session, ModelRow, appkey, model_id, lock=lock)


def page(
    session: Session,
    appkey: str,
    *,
    training_ids: Sequence[str] = (),
    tuning_ids: Sequence[str] = (),
    sort: str = "-createdDatetime",
    **listing: Any,
) -> tuple[list[ModelRow], int]:
    """Return a page of a project's models; see ``resource_queries.page``."""
    query = resource_queries.live(ModelRow, appkey)
    return resource_queries.page(
        session,
        query,
        ModelRow,
        sort=SORT,
        order=sort,
        among=[(ModelRow.training_id, training_ids), (ModelRow.tuning_id, tuning_ids)],
        **listing,
    )


def update(session: Session, row: ModelRow, **columns: Any) -> bool:
    """Change a model if nobody else did; see ``resource_queries.change``."""
    return resource_queries.change(session, row, ResourceType.MODEL, **columns)


def delete(session: Session, row: ModelRow) -> None:
    """Forget a model; its artifact stays where it is."""
    events.append(session, row, ResourceType.MODEL, EventAction.DELETED)
    session.delete(row)
