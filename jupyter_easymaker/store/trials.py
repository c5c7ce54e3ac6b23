"""Trials in the store: the trainings of a tuning."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ..resources.base import new_id
from ..resources.event import EventAction, ResourceType
from ..resources.training import TrainingStatus
from ..resources.trial import TrialStatus
from . import events, resource_queries
from .elapsed import Elapsed
from .tables import HyperparameterTuningRow, TrainingRow

SORT = {
    "trialNumber": TrainingRow.trial_number,
    "objectiveValue": TrainingRow.objective,
    "trialStatusCode": TrainingRow.trial_status,
    "createdDatetime": TrainingRow.created_at,
    "startedDatetime": TrainingRow.started_at,
    "elapsedTimeSeconds": Elapsed(TrainingRow.started_at, TrainingRow.ended_at),
}


def insert(
    session: Session,
    tuning: HyperparameterTuningRow,
    number: int,
    parameters: Mapping[str, str],
    memory: Mapping[str, Any],
    spec: Mapping[str, Any],
) -> TrainingRow:
    """Add a trial that is to be run.

    Args:
        spec: the create body of its training.

    Raises:
        IntegrityError: somebody else has made this one.
    """
    row = TrainingRow(
        id=new_id(),
        appkey=tuning.appkey,
        name=f"{tuning.name}-{number}",
        status=TrainingStatus.CREATE_REQUESTED,
        created_by=tuning.created_by,
        experiment_id=tuning.experiment_id,
        spec=dict(spec),
        flavor=tuning.flavor,
        image=tuning.image,
        algorithm=tuning.algorithm,
        tuning_id=tuning.id,
        trial_number=number,
        trial_status=TrialStatus.CREATED,
        trial={"parameters": dict(parameters), "memory": dict(memory)},
    )
    session.add(row)
    session.flush()
    events.append(session, row, ResourceType.TRAINING, EventAction.CREATED, experiment_id=tuning.experiment_id)
    return row


def of_tuning(session: Session, tuning_id: str, since: int = 0) -> Sequence[TrainingRow]:
    """Return a tuning's trials by number, from a number on, those being deleted included."""
    query = select(TrainingRow).where(TrainingRow.tuning_id == tuning_id, TrainingRow.trial_number >= since)
    return session.scalars(query.order_by(TrainingRow.trial_number)).all()


def page(
    session: Session, tuning_id: str, *, statuses: Sequence[str] = (), sort: str = "trialNumber", **paging: Any
) -> tuple[list[TrainingRow], int]:
    """Return a page of a tuning's trials; see ``resource_queries.page``."""
    query = select(TrainingRow).where(TrainingRow.tuning_id == tuning_id, TrainingRow.deleted_at.is_(None))
    if statuses:
        query = query.where(TrainingRow.trial_status.in_(statuses))
    if sort.endswith("objectiveValue"):
        query = query.order_by(TrainingRow.objective.is_(None))  # those without one last, whichever way
    return resource_queries.page(session, query, TrainingRow, sort=SORT, order=sort, **paging)


def counts(session: Session, tuning_ids: Sequence[str]) -> dict[str, dict[str, int]]:
    """Return how many trials of each of these tunings have which status."""
    found: dict[str, dict[str, int]] = {}
    query = (
        select(TrainingRow.tuning_id, TrainingRow.trial_status, func.count())
        .where(TrainingRow.tuning_id.in_(tuning_ids))
        .group_by(TrainingRow.tuning_id, TrainingRow.trial_status)
    )
    for tuning_id, status, number in session.execute(query):
        found.setdefault(str(tuning_id), {})[str(status)] = number
    return found


def best(session: Session, tuning_id: str, *, maximize: bool) -> TrainingRow | None:
    """Return the trial with the best objective of those that succeeded; of two alike the earlier."""
    order = TrainingRow.objective.desc() if maximize else TrainingRow.objective.asc()
    query = select(TrainingRow).where(
        TrainingRow.tuning_id == tuning_id,
        TrainingRow.trial_status == TrialStatus.SUCCEEDED,
        TrainingRow.objective.is_not(None),
    )
    return session.scalars(query.order_by(order, TrainingRow.trial_number).limit(1)).first()


def change(session: Session, row: TrainingRow, status: TrialStatus | None, **columns: Any) -> bool:
    """Change what a trial is beyond its training, if nobody else changed it; see ``resource_queries.change``."""
    if status is not None:
        columns["trial_status"] = status.value
    return resource_queries.change(session, row, ResourceType.TRAINING, experiment_id=row.experiment_id, **columns)
