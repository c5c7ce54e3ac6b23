"""What an observed job means for its training: a pure function, so that every case can be tested by itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ..engines.base import JobObservation, JobState, NodeObservation
from ..resources.training import TrainingStatus
from ..runner.plan import Phase
from .job_state import has_started, nodes_of, progress_of, reason_of


@dataclass(frozen=True)
class TrainingState:
    """The training's state as its job shows it."""

    status: TrainingStatus
    reason: str
    started_at: datetime | None
    exit_code: int | None
    report: dict[str, Any]
    """``{"nodes": [...], "progress": {...}, "outputs": {...}}`` as the API shows them."""


def observed_state(observation: JobObservation) -> TrainingState:
    """Return what the job's state means for the training."""
    chief = _chief(observation)
    report = chief.report if chief else {}
    started = report.get("startedAt")
    return TrainingState(
        status=_status(observation, report),
        reason=reason_of(observation),
        started_at=datetime.fromtimestamp(started, UTC) if started else None,
        exit_code=report.get("exitCode"),
        report=_report(observation, report),
    )


def _chief(observation: JobObservation) -> NodeObservation | None:
    return next((node for node in observation.nodes if node.index == 0), None)


def _status(observation: JobObservation, report: Any) -> TrainingStatus:
    started = has_started(observation)
    if observation.state is JobState.SUCCEEDED:
        return TrainingStatus.COMPLETE
    if observation.state is JobState.STOPPED:
        return TrainingStatus.STOPPED
    if observation.state is JobState.FAILED:
        return TrainingStatus.FAIL_TRAIN if started else TrainingStatus.CREATE_FAILED
    if not started:
        return TrainingStatus.CREATE_IN_PROGRESS
    if any(_failed(node) for node in observation.nodes):
        return TrainingStatus.FAIL_TRAIN_IN_PROGRESS
    if report.get("phase") in (Phase.UPLOADING, Phase.DONE):
        return TrainingStatus.COMPLETE_IN_PROGRESS
    return TrainingStatus.RUNNING


def _failed(node: NodeObservation) -> bool:
    return bool(node.exit_code) or node.report.get("exitCode") not in (None, 0)


def _report(observation: JobObservation, report: Any) -> dict[str, Any]:
    return {
        "nodes": nodes_of(observation),
        "progress": progress_of(observation, report),
        "outputs": report.get("outputs") or {},
        "notebook": report.get("notebook"),
        "notebookProgress": report.get("notebookProgress"),
        "lineage": {**(report.get("lineage") or {}), "outputs": report.get("lineageOutputs") or []},
    }
