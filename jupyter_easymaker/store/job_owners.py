"""What jobs run for: a training or a batch inference, told by a job's name, so that logs and metrics need not care."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from ..resources.batch_inference import BatchInferenceStatus
from ..resources.training import TrainingStatus
from . import batch_inferences, trainings
from .tables import BatchInferenceRow, TrainingRow

JobOwner = TrainingRow | BatchInferenceRow

_PREFIXES: dict[type[JobOwner], str] = {TrainingRow: "training-", BatchInferenceRow: "batch-inference-"}


def job_of(table: type[JobOwner], resource_id: str) -> str:
    """Return the name of a resource's job: the same for every backend and after every restart."""
    return _PREFIXES[table] + resource_id


def job_name(row: JobOwner) -> str:
    """Return the name of a row's job."""
    return job_of(type(row), row.id)


def owner_of(job: str) -> tuple[type[JobOwner], str] | None:
    """Return the table and the id of what a job runs for, None if it is no such job."""
    for table, prefix in _PREFIXES.items():
        if job.startswith(prefix):
            return table, job.removeprefix(prefix)
    return None


def find(session: Session, job: str) -> JobOwner | None:
    """Return what a job runs for, None if there is none any more."""
    owner = owner_of(job)
    if owner is None:
        return None
    table, resource_id = owner
    return session.get(table, resource_id)  # type: ignore[return-value]


def node_count(row: JobOwner) -> int:
    """Return how many nodes its job has."""
    return int(row.spec["podCount" if isinstance(row, BatchInferenceRow) else "instanceCount"])


def has_ended(row: JobOwner) -> bool:
    """Tell whether nothing happens to it any more."""
    status = BatchInferenceStatus if isinstance(row, BatchInferenceRow) else TrainingStatus
    return status(row.status).terminal


def unfinished_or_ended_since(session: Session, appkey: str | None, since: datetime) -> Sequence[JobOwner]:
    """Return what of a project is on its way or ended after a moment; None: of all projects."""
    return [
        *trainings.unfinished_or_ended_since(session, appkey, since),
        *batch_inferences.unfinished_or_ended_since(session, appkey, since),
    ]
