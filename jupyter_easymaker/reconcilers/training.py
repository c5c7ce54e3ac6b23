"""Carry trainings through their states: submit the job, watch it, end it, clean up after it."""

from __future__ import annotations

import logging
import shutil
import sys
from datetime import datetime
from typing import Any

from ..engines.base import EngineError, Job, JobObservation, Resources
from ..resources.base import now
from ..resources.image import PRIVATE, Image
from ..resources.training import TrainingStatus
from ..runner.plan import PLAN_FILE, Plan
from ..store import trainings
from ..store.job_owners import job_of
from ..store.tables import TrainingRow
from .context import ReconcilerContext
from .training_state import TrainingState, observed_state

_LOG = logging.getLogger(__name__)


def job_name(training_id: str) -> str:
    """Return the name of a training's job."""
    return job_of(TrainingRow, training_id)


def reconcile_training(context: ReconcilerContext, training_id: str) -> TrainingRow | None:
    """Do one step for a training: whatever its state in the store and in the engine calls for.

    Returns:
        The training, None if there is none of this id.
    """
    with context.database.reading() as session:
        row = session.get(TrainingRow, training_id)
    if row is not None:
        reconcile_training_row(context, row)
    return row


def reconcile_training_row(context: ReconcilerContext, row: TrainingRow) -> None:
    """Do one step for a training read a moment ago."""
    before = row.status
    if row.deleted_at is not None:
        _purge(context, row)
    elif row.status == TrainingStatus.CREATE_REQUESTED:
        _submit(context, row)
    elif row.status == TrainingStatus.STOP_IN_PROGRESS:
        _stop(context, row)
    elif not TrainingStatus(row.status).terminal:
        _follow(context, row)
    if row.status != before and TrainingStatus(row.status).terminal:
        context.logs.ended(job_name(row.id))


def _write(context: ReconcilerContext, row: TrainingRow, status: TrainingStatus | None, **changes: Any) -> bool:
    # The engine is never asked inside a transaction: it may take its time, and others want to write.
    with context.database.session() as session:
        return trainings.transition(session, row, status, **changes)


def _submit(context: ReconcilerContext, row: TrainingRow) -> None:
    if _image(context, row) is None:
        reason = f"The image {row.image['imageName']} is no longer offered; copy the training with another one."
        _write(context, row, TrainingStatus.CREATE_FAILED, reason=reason, ended_at=now())
        return
    # Submitting first is safe: a crash before the write leaves CREATE_REQUESTED, and submitting again does nothing.
    try:
        context.engine.submit(training_job(context, row))
    except EngineError as error:
        reason = f"Waiting to try again: {error}"
        if row.status_reason != reason:
            _LOG.warning("training %s could not be submitted: %s", row.id, error)
            _write(context, row, None, reason=reason)
        return
    if not _write(context, row, TrainingStatus.CREATE_IN_PROGRESS, reason=""):
        with context.database.reading() as session:
            current = session.get(TrainingRow, row.id)
        if current is None or current.deleted_at is not None or current.status == TrainingStatus.STOPPED:
            context.engine.stop(job_name(row.id))


def _image(context: ReconcilerContext, row: TrainingRow) -> Image | None:
    if row.image.get("imageTypeCode") == PRIVATE:  # the project's own: it is needed, so nobody deleted it
        return Image.model_validate(row.image)
    return context.catalogue.image(row.image["imageId"])


def _stop(context: ReconcilerContext, row: TrainingRow) -> None:
    name = job_name(row.id)
    context.engine.stop(name)
    observation = context.engine.observe(name)
    if observation is not None and not observation.state.ended:
        return
    columns = _columns(row, observed_state(observation)) if observation else {}
    reason = "Stopped on request." if row.tuning_id is None else None  # of a trial its tuning has said why
    _write(context, row, TrainingStatus.STOPPED, reason=reason, ended_at=_ended_at(observation), **columns)


def _follow(context: ReconcilerContext, row: TrainingRow) -> None:
    observation = context.engine.observe(job_name(row.id))
    if observation is None:
        status = TrainingStatus.CREATE_FAILED if row.started_at is None else TrainingStatus.FAIL_TRAIN
        if TrainingStatus(row.status).may_become(status):
            reason = "Its job is gone: the engine's files were removed or another engine is set. Copy it to run again."
            _write(context, row, status, reason=reason, ended_at=now())
        return
    state = observed_state(observation)
    columns = _columns(row, state)
    status_now = state.status if state.status != row.status else None
    if status_now is not None and not TrainingStatus(row.status).may_become(status_now):
        status_now = None  # a look at an older report cannot take a training back
    reason_now = state.reason if state.reason != row.status_reason else None
    if status_now is None and reason_now is None and not columns:
        return
    if status_now is not None and status_now.terminal:
        columns["ended_at"] = _ended_at(observation)
    _write(context, row, status_now, reason=reason_now, **columns)


def _purge(context: ReconcilerContext, row: TrainingRow) -> None:
    name = job_name(row.id)
    observation = context.engine.observe(name)
    if observation is not None and not observation.state.ended:
        context.engine.stop(name)
        return
    context.logs.keep(row)  # it outlives the training
    context.engine.remove(name)
    shutil.rmtree(context.tensorboard_dir(row.appkey, row.experiment_id) / row.id, ignore_errors=True)
    with context.database.session() as session:
        trainings.purge(session, row)


def _columns(row: TrainingRow, state: TrainingState) -> dict[str, Any]:
    """Return the columns that differ from what the row holds."""
    seen = {"started_at": state.started_at, "exit_code": state.exit_code, "report": state.report}
    return {name: value for name, value in seen.items() if value is not None and value != getattr(row, name)}


def _ended_at(observation: JobObservation | None) -> datetime:
    return (observation.ended_at if observation else None) or now()


def training_job(context: ReconcilerContext, row: TrainingRow) -> Job:
    """Return the job that runs a training."""
    spec, flavor = row.spec, row.flavor
    image = _image(context, row)
    assert image is not None, "checked before a job is made"  # noqa: S101
    size_gb = spec.get("dataStorageSize")
    plan = Plan(
        name=row.name,
        python=image.python,
        storage=context.storage_for(row.appkey).to_json(),
        cache_dir=str(context.cache_dir(row.appkey)),
        tensorboard_dir=str(context.tensorboard_dir(row.appkey, row.experiment_id) / row.id),
        region=context.region,
        appkey=row.appkey,
        source_uri=spec.get("sourceDirUri"),
        entry_point=spec.get("entryPoint"),
        module=row.algorithm["entryPoint"] if row.algorithm else None,
        hyperparameters={entry["parameterName"]: entry["parameterValue"] for entry in spec["hyperparameterList"]},
        datasets={entry["datasetName"]: entry["dataUri"] for entry in spec["datasetList"]},
        checkpoint_input_uri=spec.get("checkPointInputUri"),
        model_uri=trainings.model_uri(row),
        checkpoint_uri=trainings.checkpoint_uri(row),
        timeout_seconds=spec["timeoutMinutes"] * 60,
        max_input_bytes=size_gb * 10**9 if size_gb else None,
        torchrun=spec["useTorchrun"],
        nproc_per_node=spec["nprocPerNode"],
        gpus=flavor["gpuCount"],
    )
    return Job(
        name=job_name(row.id),
        command=(sys.executable, "-m", "jupyter_easymaker.runner"),
        nodes=spec["instanceCount"],
        resources=Resources(vcpus=flavor["vcpus"], memory_mib=flavor["ram"], gpus=flavor["gpuCount"]),
        files={PLAN_FILE: plan.to_json().encode()},
    )
