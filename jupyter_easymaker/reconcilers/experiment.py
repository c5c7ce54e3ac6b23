"""Bring experiments to ACTIVE: make the place their trainings write TensorBoard logs to."""

from __future__ import annotations

import shutil

from ..resources.experiment import ExperimentStatus
from ..store import experiments
from ..store.tables import ExperimentRow
from .context import ReconcilerContext


def reconcile_experiment(context: ReconcilerContext, experiment_id: str) -> None:
    """Do what is left to do for an experiment that is being created or deleted."""
    with context.database.session() as session:
        row = session.get(ExperimentRow, experiment_id)
        if row is None:
            return
        directory = context.tensorboard_dir(row.appkey, row.id)
        if row.deleted_at is not None:
            shutil.rmtree(directory, ignore_errors=True)
            experiments.purge(session, row)
            return
        if row.status == ExperimentStatus.CREATE_REQUESTED and not experiments.transition(
            session, row, ExperimentStatus.CREATE_IN_PROGRESS
        ):
            return
        if row.status != ExperimentStatus.CREATE_IN_PROGRESS:
            return
        try:
            directory.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            reason = f"The log directory could not be made: {error.strerror}. Make room or fix its rights, then retry."
            experiments.transition(session, row, ExperimentStatus.CREATE_FAILED, reason=reason)
            return
        experiments.transition(session, row, ExperimentStatus.ACTIVE, reason="")
