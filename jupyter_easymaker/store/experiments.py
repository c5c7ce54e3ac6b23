"""Experiments in the store."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ..resources.event import EventAction, ResourceType
from ..resources.experiment import ExperimentCreate, ExperimentStatus
from . import events, resource_queries
from .tables import ExperimentRow, HyperparameterTuningRow, TrainingRow

SORT = {
    "createdDatetime": ExperimentRow.created_at,
    "experimentName": ExperimentRow.name,
    "experimentStatusCode": ExperimentRow.status,
}


def insert(session: Session, *, appkey: str, spec: ExperimentCreate, created_by: str) -> ExperimentRow:
    """Add an experiment that is to be created.

    Raises:
        sqlalchemy.exc.IntegrityError: the project has one of this name.
    """
    row = ExperimentRow(
        appkey=appkey,
        name=spec.experiment_name,
        live_name=live_name(appkey, spec.experiment_name),
        description=spec.description,
        status=ExperimentStatus.CREATE_REQUESTED,
        tags=[tag.model_dump(by_alias=True) for tag in spec.tag_list],
        created_by=created_by,
    )
    session.add(row)
    session.flush()
    events.append(session, row, ResourceType.EXPERIMENT, EventAction.CREATED, experiment_id=row.id)
    return row


def live_name(appkey: str, name: str) -> str:
    """Return what is unique while an experiment lives."""
    return f"{appkey}/{name}"


def get(session: Session, appkey: str, experiment_id: str, *, lock: bool = False) -> ExperimentRow | None:
    return resource_queries.get(session, ExperimentRow, appkey, experiment_id, lock=lock)


def by_name(session: Session, appkey: str, name: str) -> ExperimentRow | None:
    return session.scalar(resource_queries.live(ExperimentRow, appkey).where(ExperimentRow.name == name))


def page(
    session: Session,
    appkey: str,
    *,
    sort: str = "-createdDatetime",
    **listing: Any,
) -> tuple[list[ExperimentRow], int]:
    """Return a page of a project's experiments; see ``resource_queries.page``."""
    query = resource_queries.live(ExperimentRow, appkey)
    return resource_queries.page(session, query, ExperimentRow, sort=SORT, order=sort, **listing)


def training_counts(session: Session, experiment_ids: Sequence[str]) -> dict[str, int]:
    """Return how many trainings belong to each of these experiments."""
    rows = session.execute(
        select(TrainingRow.experiment_id, func.count())
        .where(TrainingRow.experiment_id.in_(experiment_ids), *resource_queries.listed(TrainingRow))
        .group_by(TrainingRow.experiment_id)
    )
    return {row[0]: row[1] for row in rows}


def unfinished(session: Session) -> Sequence[ExperimentRow]:
    """Return the experiments of all projects that are on their way."""
    statuses = [status for status in ExperimentStatus if not status.terminal]
    return session.scalars(
        select(ExperimentRow).where(ExperimentRow.status.in_(statuses), ExperimentRow.deleted_at.is_(None))
    ).all()


def deleted(session: Session) -> Sequence[ExperimentRow]:
    """Return the experiments whose deletion was asked but is not done."""
    return session.scalars(select(ExperimentRow).where(ExperimentRow.deleted_at.is_not(None))).all()


def transition(
    session: Session,
    row: ExperimentRow,
    status: ExperimentStatus | None,
    *,
    reason: str | None = None,
    **columns: Any,
) -> bool:
    """Change an experiment if nobody else did; see ``resource_queries.change``."""
    return resource_queries.change(
        session, row, ResourceType.EXPERIMENT, status, reason=reason, experiment_id=row.id, **columns
    )


def mark_deleted(session: Session, row: ExperimentRow) -> bool:
    return resource_queries.mark_deleted(session, row, ResourceType.EXPERIMENT, experiment_id=row.id, live_name=None)


def purge(session: Session, row: ExperimentRow) -> None:
    """Forget a deleted experiment, once no deleted training or tuning of it is left."""
    for table in (TrainingRow, HyperparameterTuningRow):
        if session.scalar(select(func.count()).where(table.experiment_id == row.id)):
            return
    session.delete(row)
