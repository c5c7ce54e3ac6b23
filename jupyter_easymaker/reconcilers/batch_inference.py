"""Carry batch inferences through their states: what of it is theirs alone."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

from ..batch.plan import PLAN_FILE, BatchPlan
from ..engines.base import Job, JobObservation, Resources
from ..resources.batch_inference import BatchInferenceStatus, pod_share
from ..resources.status import Status
from ..store import batch_inferences
from ..store.job_owners import job_name
from ..store.tables import BatchInferenceRow
from .batch_inference_state import observed_state
from .context import ReconcilerContext
from .job_steps import JobSteps, Seen

_RESTARTS = 3
"""How often each pod that was killed from outside goes on by itself."""
_STOP_GRACE_SECONDS = 4.0
"""To write down and upload what there is."""


class BatchInferenceSteps(JobSteps[BatchInferenceRow]):
    """The steps of a batch inference."""

    table = BatchInferenceRow
    noun = "batch inference"
    statuses = BatchInferenceStatus
    failed = BatchInferenceStatus.FAIL_BATCH_INFERENCE

    def job(self, context: ReconcilerContext, row: BatchInferenceRow) -> Job:
        return batch_inference_job(context, row)

    def seen(self, row: BatchInferenceRow, observation: JobObservation) -> Seen:
        state = observed_state(observation)
        return Seen(state.status, state.reason, {"started_at": state.started_at, "report": state.report})

    def write(self, context: ReconcilerContext, row: BatchInferenceRow, status: Status | None, **changes: Any) -> bool:
        status_now = None if status is None else BatchInferenceStatus(status)
        with context.database.session(derived=True) as session:
            return batch_inferences.transition(session, row, status_now, **changes)

    def forget(self, context: ReconcilerContext, row: BatchInferenceRow) -> None:
        with context.database.session() as session:
            batch_inferences.purge(session, row)

    def ended(self, context: ReconcilerContext, row: BatchInferenceRow) -> None:
        shutil.rmtree(_shared_dir(context, row), ignore_errors=True)


_STEPS = BatchInferenceSteps()


def reconcile_batch_inference(context: ReconcilerContext, batch_inference_id: str) -> BatchInferenceRow | None:
    """Do one step for a batch inference; see ``JobSteps.step``."""
    return _STEPS.step(context, batch_inference_id)


def reconcile_batch_inference_row(context: ReconcilerContext, row: BatchInferenceRow) -> None:
    """Do one step for a batch inference read a moment ago."""
    _STEPS.step_row(context, row)


def _shared_dir(context: ReconcilerContext, row: BatchInferenceRow) -> Path:
    return context.data_dir / "batch-inferences" / row.id


def batch_inference_job(context: ReconcilerContext, row: BatchInferenceRow) -> Job:
    """Return the job that runs a batch inference."""
    spec, model = row.spec, row.model
    image = context.image(row.image)
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
        model_format=model["frameworkCode"] or "auto",
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
        name=job_name(row),
        command=(sys.executable, "-m", "jupyter_easymaker.batch"),
        nodes=spec["podCount"],
        resources=Resources(vcpus=share.vcpus, memory_mib=share.ram, gpus=share.gpu_count),
        files={PLAN_FILE: plan.to_json().encode()},
        stop_grace_seconds=_STOP_GRACE_SECONDS,
        restarts=_RESTARTS * spec["podCount"],
    )
