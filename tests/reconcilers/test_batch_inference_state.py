"""What a job, seen at any moment, means for its batch inference."""

from __future__ import annotations

from typing import Any

import pytest

from jupyter_easymaker.engines.base import JobObservation, JobState, NodeObservation
from jupyter_easymaker.reconcilers.batch_inference_state import observed_state
from jupyter_easymaker.resources.batch_inference import BatchInferenceStatus


def job(state: JobState, *reports: dict[str, Any], **node: Any) -> JobObservation:
    nodes = tuple(NodeObservation(index=i, pid=100 + i, report=report, **node) for i, report in enumerate(reports))
    return JobObservation(name="batch-inference-x", state=state, nodes=nodes)


RAN = {"phase": "RUNNING", "startedAt": 1_700_000_000.0, "pid": 7}
UPLOADS = {**RAN, "phase": "UPLOADING"}


@pytest.mark.parametrize(
    ("observation", "status"),
    [
        (job(JobState.QUEUED), BatchInferenceStatus.CREATE_IN_PROGRESS),
        (job(JobState.RUNNING, {"phase": "STAGING"}), BatchInferenceStatus.CREATE_IN_PROGRESS),
        (job(JobState.RUNNING, RAN, {"phase": "STAGING"}), BatchInferenceStatus.RUNNING),
        (job(JobState.RUNNING, RAN, UPLOADS), BatchInferenceStatus.RUNNING),
        (job(JobState.RUNNING, UPLOADS, UPLOADS), BatchInferenceStatus.COMPLETE_IN_PROGRESS),
        (job(JobState.RUNNING, {**UPLOADS, "reason": "x"}), BatchInferenceStatus.FAIL_BATCH_INFERENCE_IN_PROGRESS),
        (job(JobState.SUCCEEDED, {**RAN, "phase": "DONE"}), BatchInferenceStatus.COMPLETE),
        (job(JobState.FAILED, {**RAN, "reason": "x"}, exit_code=1), BatchInferenceStatus.FAIL_BATCH_INFERENCE),
        (job(JobState.FAILED, {"reason": "no model"}, exit_code=1), BatchInferenceStatus.CREATE_FAILED),
        (job(JobState.STOPPED, RAN), BatchInferenceStatus.STOPPED),
    ],
)
def test_job_means_batch_inference_status(observation: JobObservation, status: BatchInferenceStatus) -> None:
    assert observed_state(observation).status is status


def test_counts_of_all_pods_are_added_up_and_it_began_with_the_first() -> None:
    counts = {"files": 1, "rows": 10, "processed": 6, "success2xx": 3, "fail4xx": 2, "fail5xx": 1}
    first, second = {**RAN, "batch": counts}, {**RAN, "startedAt": 1_600_000_000.0, "batch": counts}
    state = observed_state(job(JobState.RUNNING, first, second, {"phase": "STAGING"}))
    assert state.report["counts"] == {name: count * 2 for name, count in counts.items()}
    assert state.started_at is not None
    assert state.started_at.timestamp() == 1_600_000_000.0


def test_pod_killed_for_memory_is_said_as_the_engine_saw_it() -> None:
    killed = "exit code : -9 (pid: 7): out of memory, 530 MiB used of 512 MiB"
    report = {**RAN, "reason": "The model's process was ended by SIGKILL"}
    state = observed_state(job(JobState.FAILED, report, exit_code=1, killed_for_memory=killed))
    assert state.reason == killed


def test_reasons_of_several_pods_name_the_pod() -> None:
    assert observed_state(job(JobState.FAILED, RAN, {**RAN, "reason": "x"}, exit_code=1)).reason == "Pod 1: x"
