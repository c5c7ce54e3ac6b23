"""Carry batch inferences through their states: submit the job, watch it, end it, clean up after it."""

from __future__ import annotations

import logging
import shutil
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from ..batch.plan import PLAN_FILE, BatchPlan
from ..engines.base import EngineError, Job, JobObservation, Resources
from ..resources.base import now
from ..resources.batch_inference import BatchInferenceStatus, pod_share
from ..store import batch_inferences
from ..store.job_owners import job_of
from ..store.tables import BatchInferenceRow
from .batch_inference_state import BatchInferenceState, observed_state
from .context import ReconcilerContext

_LOG = logging.getLogger(__name__)
_RESTARTS = 3
"""How often what was killed from outside goes on by itself."""
_STOP_GRACE_SECONDS = 4.0
"""To write down and upload what there is."""


def job_name(batch_inference_id: str) -> str:
    """Return the name of a batch inference's job."""
    return job_of(BatchInferenceRow, batch_inference_id)


def reconcile_batch_inference(context: ReconcilerContext, batch_inference_id: str) -> BatchInferenceRow | None:
    """Do one step for a batch inference: whatever its state in the store and in the engine calls for.

    Returns:
        The batch inference, None if there is none of this id.
    """
    with context.database.reading() as session:
        row = session.get(BatchInferenceRow, batch_inference_id)
    if row is not None:
        reconcile_batch_inference_row(context, row)
    return row


def reconcile_batch_inference_row(context: ReconcilerContext, row: BatchInferenceRow) -> None:
    """Do one step for a batch inference read a moment ago."""
    before = row.status
    if row.deleted_at is not None:
        _purge(context, row)
    elif row.status == BatchInferenceStatus.CREATE_REQUESTED:
        _submit(context, row)
    elif row.status == BatchInferenceStatus.STOP_IN_PROGRESS:
        _stop(context, row)
    elif not BatchInferenceStatus(row.status).terminal:
        _follow(context, row)
    if row.status != before and BatchInferenceStatus(row.status).terminal:
        shutil.rmtree(_shared_dir(context, row), ignore_errors=True)
        context.logs.ended(job_name(row.id))


def _write(
    context: ReconcilerContext, row: BatchInferenceRow, status: BatchInferenceStatus | None, **changes: Any
) -> bool:
    # The engine is never asked inside a transaction: it may take its time, and others want to write.
    with context.database.session() as session:
        return batch_inferences.transition(session, row, status, **changes)


def _submit(context: ReconcilerContext, row: BatchInferenceRow) -> None:
    if context.catalogue.image(row.image["imageId"]) is None:
        reason = f"The image {row.image['imageName']} is no longer offered; copy the batch inference with another one."
        _write(context, row, BatchInferenceStatus.CREATE_FAILED, reason=reason, ended_at=now())
        return
    # Submitting first is safe: a crash before the write leaves CREATE_REQUESTED, and submitting again does nothing.
    try:
        context.engine.submit(batch_inference_job(context, row))
    except EngineError as error:
        reason = f"Waiting to try again: {error}"
        if row.status_reason != reason:
            _LOG.warning("batch inference %s could not be submitted: %s", row.id, error)
            _write(context, row, None, reason=reason)
        return
    if not _write(context, row, BatchInferenceStatus.CREATE_IN_PROGRESS, reason=""):
        with context.database.reading() as session:
            current = session.get(BatchInferenceRow, row.id)
        if current is None or current.deleted_at is not None or current.status == BatchInferenceStatus.STOPPED:
            context.engine.stop(job_name(row.id))


def _stop(context: ReconcilerContext, row: BatchInferenceRow) -> None:
    name = job_name(row.id)
    context.engine.stop(name)
    observation = context.engine.observe(name)
    if observation is not None and not observation.state.ended:
        return
    columns = _columns(row, observed_state(observation)) if observation else {}
    reason = "Stopped on request."
    _write(context, row, BatchInferenceStatus.STOPPED, reason=reason, ended_at=_ended_at(observation), **columns)


def _follow(context: ReconcilerContext, row: BatchInferenceRow) -> None:
    observation = context.engine.observe(job_name(row.id))
    if observation is None:
        begun = row.started_at is not None
        status = BatchInferenceStatus.FAIL_BATCH_INFERENCE if begun else BatchInferenceStatus.CREATE_FAILED
        if BatchInferenceStatus(row.status).may_become(status):
            reason = "Its job is gone: the engine's files were removed or another engine is set. Copy it to run again."
            _write(context, row, status, reason=reason, ended_at=now())
        return
    state = observed_state(observation)
    columns = _columns(row, state)
    status_now = state.status if state.status != row.status else None
    if status_now is not None and not BatchInferenceStatus(row.status).may_become(status_now):
        status_now = None  # a look at an older report cannot take it back
    reason_now = state.reason if state.reason != row.status_reason else None
    if status_now is None and reason_now is None and not columns:
        return
    if status_now is not None and status_now.terminal:
        columns["ended_at"] = _ended_at(observation)
    _write(context, row, status_now, reason=reason_now, **columns)


def _purge(context: ReconcilerContext, row: BatchInferenceRow) -> None:
    name = job_name(row.id)
    observation = context.engine.observe(name)
    if observation is not None and not observation.state.ended:
        context.engine.stop(name)
        return
    context.logs.keep(row)  # it outlives the batch inference
    context.engine.remove(name)
    shutil.rmtree(_shared_dir(context, row), ignore_errors=True)
    with context.database.session() as session:
        batch_inferences.purge(session, row)


def _columns(row: BatchInferenceRow, state: BatchInferenceState) -> dict[str, Any]:
    """Return the columns that differ from what the row holds."""
    seen = {"started_at": state.started_at, "report": state.report}
    return {name: value for name, value in seen.items() if value is not None and value != getattr(row, name)}


def _ended_at(observation: JobObservation | None) -> datetime:
    return (observation.ended_at if observation else None) or now()


def _shared_dir(context: ReconcilerContext, row: BatchInferenceRow) -> Path:
    return context.data_dir / "batch-inferences" / row.id


def batch_inference_job(context: ReconcilerContext, row: BatchInferenceRow) -> Job:
    """Return the job that runs a batch inference."""
    spec, model = row.spec, row.model
    image = context.catalogue.image(row.image["imageId"])
    assert image is not None, "checked before a job is made"  # noqa: S101
    size_gb = spec.get("dataStorageSize")
    share = pod_share(row.flavor, spec["instanceCount"], spec["podCount"])
    plan = BatchPlan(
        name=row.name,
        python=image.python,
        storage=context.storage_for(row.appkey).to_json(),
        cache_dir=str(context.cache_dir(row.appkey)),
        shared_dir=str(_shared_dir(context, row)),
        model_uri=model["modelUploadUri"],
        model_name=model["modelName"],
        model_format=model.get("modelFormatCode") or "auto",
        input_uri=spec["inputDataUri"],
        data_type=spec["inputDataTypeCode"],
        output_uri=batch_inferences.output_uri(row),
        include=spec.get("includeGlobPattern"),
        exclude=spec.get("excludeGlobPattern"),
        max_batch_size=spec["maxBatchSize"],
        inference_timeout_seconds=spec["inferenceTimeoutSeconds"],
        timeout_seconds=spec["timeoutMinutes"] * 60,
        max_input_bytes=size_gb * 10**9 if size_gb else None,
    )
    return Job(
        name=job_name(row.id),
        command=(sys.executable, "-m", "jupyter_easymaker.batch"),
        nodes=spec["podCount"],
        resources=Resources(vcpus=share.vcpus, memory_mib=share.ram, gpus=share.gpu_count),
        files={PLAN_FILE: plan.to_json().encode()},
        stop_grace_seconds=_STOP_GRACE_SECONDS,
        restarts=_RESTARTS * spec["podCount"],
    )
