"""Trainings in the store."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from ..resources.algorithm import Algorithm
from ..resources.base import new_id
from ..resources.event import EventAction, ResourceType
from ..resources.flavor import Flavor
from ..resources.image import Image
from ..resources.training import TrainingCreate, TrainingStatus
from . import events, resource_queries
from .elapsed import Elapsed
from .tables import ModelRow, TrainingRow

SORT = {
    "createdDatetime": TrainingRow.created_at,
    "trainingName": TrainingRow.name,
    "trainingStatusCode": TrainingRow.status,
    "startedDatetime": TrainingRow.started_at,
    "endedDatetime": TrainingRow.ended_at,
    "elapsedTimeSeconds": Elapsed(TrainingRow.started_at, TrainingRow.ended_at),
}


def insert(
    session: Session,
    *,
    appkey: str,
    spec: TrainingCreate,
    experiment_id: str,
    created_by: str,
    flavor: Flavor,
    image: Image,
    algorithm: Algorithm | None,
) -> TrainingRow:
    """Add a training that is to be created."""
    row = TrainingRow(
        id=new_id(),
        appkey=appkey,
        name=spec.training_name,
        description=spec.description,
        status=TrainingStatus.CREATE_REQUESTED,
        tags=[tag.model_dump(by_alias=True) for tag in spec.tag_list],
        created_by=created_by,
        experiment_id=experiment_id,
        spec=spec.model_dump(by_alias=True, mode="json", exclude_none=True),
        flavor=flavor.model_dump(by_alias=True, mode="json"),
        image=image.model_dump(by_alias=True, mode="json"),
        algorithm=algorithm.model_dump(by_alias=True, mode="json") if algorithm else None,
    )
    session.add(row)
    session.flush()
    events.append(session, row, ResourceType.TRAINING, EventAction.CREATED, experiment_id=experiment_id)
    return row


def get(session: Session, appkey: str, training_id: str, *, lock: bool = False) -> TrainingRow | None:
    return resource_queries.get(session, TrainingRow, appkey, training_id, lock=lock)


def page(
    session: Session,
    appkey: str,
    *,
    experiment_ids: Sequence[str] = (),
    sort: str = "-createdDatetime",
    **listing: Any,
) -> tuple[list[TrainingRow], int]:
    """Return a page of a project's trainings; see ``resource_queries.page``."""
    query = resource_queries.live(TrainingRow, appkey)
    return resource_queries.page(
        session,
        query,
        TrainingRow,
        sort=SORT,
        order=sort,
        among=[(TrainingRow.experiment_id, experiment_ids)],
        **listing,
    )


def names(session: Session, appkey: str, experiment_id: str) -> list[tuple[str, str]]:
    """Return the ids and names of an experiment's trainings, oldest first; trials of tunings are trainings too."""
    query = select(TrainingRow).where(
        TrainingRow.appkey == appkey, TrainingRow.deleted_at.is_(None), TrainingRow.experiment_id == experiment_id
    )
    rows = session.execute(query.order_by(TrainingRow.created_at).with_only_columns(TrainingRow.id, TrainingRow.name))
    return [(row[0], row[1]) for row in rows]


def unfinished(session: Session) -> Sequence[TrainingRow]:
    """Return the trainings of all projects that are on their way."""
    statuses = [status for status in TrainingStatus if not status.terminal]
    return session.scalars(
        select(TrainingRow)
        .where(TrainingRow.status.in_(statuses), TrainingRow.deleted_at.is_(None))
        .order_by(TrainingRow.created_at)
    ).all()


def unfinished_of(session: Session, experiment_id: str) -> Sequence[TrainingRow]:
    """Return an experiment's trainings that are on their way, trials included."""
    statuses = [status for status in TrainingStatus if not status.terminal]
    return session.scalars(
        select(TrainingRow).where(TrainingRow.status.in_(statuses), TrainingRow.experiment_id == experiment_id)
    ).all()


def unfinished_or_ended_since(session: Session, appkey: str | None, since: datetime) -> Sequence[TrainingRow]:
    """Return a project's trainings that are on their way or ended after a moment; None: those of all projects."""
    query = select(TrainingRow)
    if appkey is not None:
        query = query.where(TrainingRow.appkey == appkey, TrainingRow.deleted_at.is_(None))
    return session.scalars(query.where(or_(TrainingRow.ended_at.is_(None), TrainingRow.ended_at > since))).all()


def deleted(session: Session) -> Sequence[TrainingRow]:
    """Return the trainings whose deletion was asked but is not done."""
    return session.scalars(select(TrainingRow).where(TrainingRow.deleted_at.is_not(None))).all()


def transition(
    session: Session,
    row: TrainingRow,
    status: TrainingStatus | None,
    *,
    reason: str | None = None,
    **columns: Any,
) -> bool:
    """Change a training if nobody else did; see ``resource_queries.change``."""
    return resource_queries.change(
        session, row, ResourceType.TRAINING, status, reason=reason, experiment_id=row.experiment_id, **columns
    )


def mark_deleted(session: Session, row: TrainingRow) -> bool:
    return resource_queries.mark_deleted(session, row, ResourceType.TRAINING, experiment_id=row.experiment_id)


def purge(session: Session, row: TrainingRow) -> None:
    """Forget a deleted training."""
    session.execute(delete(TrainingRow).where(TrainingRow.id == row.id))


def models_of(session: Session, training_ids: Sequence[str]) -> dict[str, list[ModelRow]]:
    """Return the models made from each of these trainings."""
    made: dict[str, list[ModelRow]] = {}
    for row in session.scalars(
        select(ModelRow).where(ModelRow.training_id.in_(training_ids), ModelRow.deleted_at.is_(None))
    ):
        made.setdefault(str(row.training_id), []).append(row)
    return made


def model_uri(row: TrainingRow) -> str:
    """Return where the training's outputs go: a directory of its own, so that nothing is ever overwritten."""
    return f"{row.spec['modelUploadUri'].rstrip('/')}/{row.id}"


def checkpoint_uri(row: TrainingRow) -> str | None:
    """Return where its checkpoints go, None if none was given."""
    given = row.spec.get("checkPointUploadUri")
    return f"{given.rstrip('/')}/{row.id}" if given else None
