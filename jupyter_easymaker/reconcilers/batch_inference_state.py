"""What an observed job means for its batch inference: a pure function, so that every case can be tested by itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ..engines.base import JobObservation, JobState, NodeObservation
from ..resources.batch_inference import BatchInferenceStatus
from ..runner.plan import Phase
from .job_state import has_started, nodes_of, progress_of, reason_of

_COUNTS = ("files", "rows", "processed", "success2xx", "fail4xx", "fail5xx")


@dataclass(frozen=True)
class BatchInferenceState:
    """The batch inference's state as its job shows it."""

    status: BatchInferenceStatus
    reason: str
    started_at: datetime | None
    report: dict[str, Any]
    """``{"nodes", "progress", "outputs", "counts"}``, of all pods together."""


def observed_state(observation: JobObservation) -> BatchInferenceState:
    """Return what the job's state means for the batch inference."""
    reports = [node.report for node in observation.nodes]
    started = [report["startedAt"] for report in reports if report.get("startedAt")]
    progress = (progress_of(observation, report) for report in reports)
    outputs = (report["outputs"] for report in reports if report.get("outputs"))
    counted = [report.get("batch") or {} for report in reports]
    return BatchInferenceState(
        status=_status(observation),
        reason=reason_of(observation, "Pod"),
        started_at=datetime.fromtimestamp(min(started), UTC) if started else None,
        report={
            "nodes": nodes_of(observation),
            "progress": next(filter(None, progress), None),
            "outputs": next(iter(outputs), {}),
            "counts": {name: sum(counts.get(name, 0) for counts in counted) for name in _COUNTS},
        },
    )


def _status(observation: JobObservation) -> BatchInferenceStatus:
    started = has_started(observation)
    if observation.state is JobState.SUCCEEDED:
        return BatchInferenceStatus.COMPLETE
    if observation.state is JobState.STOPPED:
        return BatchInferenceStatus.STOPPED
    if observation.state is JobState.FAILED:
        return BatchInferenceStatus.FAIL_BATCH_INFERENCE if started else BatchInferenceStatus.CREATE_FAILED
    if not started:
        return BatchInferenceStatus.CREATE_IN_PROGRESS
    if any(_failed(node) for node in observation.nodes):
        return BatchInferenceStatus.FAIL_BATCH_INFERENCE_IN_PROGRESS
    if observation.nodes and all(
        node.report.get("phase") in (Phase.UPLOADING, Phase.DONE) for node in observation.nodes
    ):
        return BatchInferenceStatus.COMPLETE_IN_PROGRESS
    return BatchInferenceStatus.RUNNING


def _failed(node: NodeObservation) -> bool:
    # A pod that uploads with a reason uploads what there was when it failed.
    return bool(node.exit_code) or bool(node.report.get("reason"))
