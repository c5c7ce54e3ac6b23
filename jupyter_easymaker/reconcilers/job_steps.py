"""Whatever runs as one job, carried through its states: submit it, watch it, end it, clean up after it.

Trainings and batch inferences are carried in the same way; what differs each says by a subclass.
"""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Generic, TypeVar

from ..engines.base import EngineError, Job, JobObservation
from ..resources.base import now
from ..resources.status import Status
from ..store.job_owners import JobOwner, job_name
from .context import ReconcilerContext

_LOG = logging.getLogger(__name__)
Row = TypeVar("Row", bound=JobOwner)


@dataclass(frozen=True)
class Seen:
    """What an observed job means for its resource."""

    status: Status
    reason: str
    columns: Mapping[str, Any]
    """Of the row; what is None is not known yet."""


class JobSteps(ABC, Generic[Row]):
    """The steps of one kind of resource."""

    table: type[Row]
    noun: str
    """As sentences name it."""
    statuses: type[Status]
    failed: Status
    """What a job that began to run ends with when it fails."""

    @abstractmethod
    def job(self, context: ReconcilerContext, row: Row) -> Job:
        """Return the job that runs it."""

    @abstractmethod
    def seen(self, row: Row, observation: JobObservation) -> Seen:
        """Return what its job's state means."""

    @abstractmethod
    def write(self, context: ReconcilerContext, row: Row, status: Status | None, **changes: Any) -> bool:
        """Change the row if nobody else did, in a transaction of its own; see ``resource_queries.change``."""

    @abstractmethod
    def forget(self, context: ReconcilerContext, row: Row) -> None:
        """Remove what else belongs to a deleted one, and its row."""

    def ended(self, context: ReconcilerContext, row: Row) -> None:
        """It ended just now: let go of what only a running one needs."""

    def stop_reason(self, row: Row) -> str | None:
        """Return why it was stopped; None: what the row says stays."""
        return "Stopped on request."

    def step(self, context: ReconcilerContext, resource_id: str) -> Row | None:
        """Do one step: whatever its state in the store and in the engine calls for.

        Returns:
            The resource, None if there is none of this id.
        """
        with context.database.reading() as session:
            row = session.get(self.table, resource_id)
        if row is not None:
            self.step_row(context, row)
        return row

    def step_row(self, context: ReconcilerContext, row: Row) -> None:
        """Do one step for a row read a moment ago."""
        before = row.status
        if row.deleted_at is not None:
            self._purge(context, row)
        elif row.status == "CREATE_REQUESTED":
            self._submit(context, row)
        elif row.status == "STOP_IN_PROGRESS":
            self._stop(context, row)
        elif not self.statuses(row.status).terminal:
            self._follow(context, row)
        if row.status != before and self.statuses(row.status).terminal:
            self.ended(context, row)
            context.logs.ended(job_name(row))

    # The engine is never asked inside a transaction: it may take its time, and others want to write.

    def _submit(self, context: ReconcilerContext, row: Row) -> None:
        if context.image(row.image) is None:
            reason = f"The image {row.image['imageName']} is no longer offered; copy the {self.noun} with another one."
            self.write(context, row, self.statuses("CREATE_FAILED"), reason=reason, ended_at=now())
            return
        # Submitting first is safe: a crash before the write leaves CREATE_REQUESTED, and submitting again does nothing.
        try:
            context.engine.submit(self.job(context, row))
        except EngineError as error:
            reason = f"Waiting to try again: {error}"
            if row.status_reason != reason:
                _LOG.warning("the %s %s could not be submitted: %s", self.noun, row.id, error)
                self.write(context, row, None, reason=reason)
            return
        if not self.write(context, row, self.statuses("CREATE_IN_PROGRESS"), reason=""):
            with context.database.reading() as session:
                current = session.get(self.table, row.id)
            if current is None or current.deleted_at is not None or current.status == "STOPPED":
                context.engine.stop(job_name(row))

    def _stop(self, context: ReconcilerContext, row: Row) -> None:
        name = job_name(row)
        context.engine.stop(name)
        observation = context.engine.observe(name)
        if observation is not None and not observation.state.ended:
            return
        columns = _changed(row, self.seen(row, observation)) if observation else {}
        columns["ended_at"] = _ended_at(observation)
        self.write(context, row, self.statuses("STOPPED"), reason=self.stop_reason(row), **columns)

    def _follow(self, context: ReconcilerContext, row: Row) -> None:
        observation = context.engine.observe(job_name(row))
        if observation is None:
            status = self.statuses("CREATE_FAILED") if row.started_at is None else self.failed
            if self.statuses(row.status).may_become(status):
                reason = "Its job is gone: the engine's files were removed or another engine is set. "
                self.write(context, row, status, reason=f"{reason}Copy it to run again.", ended_at=now())
            return
        seen = self.seen(row, observation)
        if seen.status == "CREATE_FAILED" and row.started_at is not None:
            # It was started again after a kill and did not come so far a second time.
            seen = replace(seen, status=self.failed)
        columns = _changed(row, seen)
        status_now = seen.status if seen.status != row.status else None
        if status_now is not None and not self.statuses(row.status).may_become(status_now):
            status_now = None  # a look at an older report cannot take it back
        reason_now = seen.reason if seen.reason != row.status_reason else None
        if status_now is None and reason_now is None and not columns:
            return
        if status_now is not None and status_now.terminal:
            columns["ended_at"] = _ended_at(observation)
        self.write(context, row, status_now, reason=reason_now, **columns)

    def _purge(self, context: ReconcilerContext, row: Row) -> None:
        name = job_name(row)
        observation = context.engine.observe(name)
        if observation is not None and not observation.state.ended:
            context.engine.stop(name)
            return
        context.logs.keep(row)  # it outlives what printed it
        context.engine.remove(name)
        self.forget(context, row)


def _changed(row: JobOwner, seen: Seen) -> dict[str, Any]:
    """Return the columns that differ from what the row holds."""
    return {name: value for name, value in seen.columns.items() if value is not None and value != getattr(row, name)}


def _ended_at(observation: JobObservation | None) -> datetime:
    return (observation.ended_at if observation else None) or now()
