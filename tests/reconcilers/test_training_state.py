"""What a job, seen at any moment, means for its training."""

from __future__ import annotations

from typing import Any

import pytest

from jupyter_easymaker.engines.base import JobObservation, JobState, NodeObservation
from jupyter_easymaker.reconcilers.training_state import observed_state
from jupyter_easymaker.resources.training import TrainingStatus


def job(state: JobState, *reports: dict[str, Any], **node: Any) -> JobObservation:
    nodes = tuple(NodeObservation(index=i, pid=100 + i, report=report, **node) for i, report in enumerate(reports))
    return JobObservation(name="training-x", state=state, nodes=nodes)


RAN = {"phase": "RUNNING", "startedAt": 1_700_000_000.0, "pid": 7}


@pytest.mark.parametrize(
    ("observation", "status"),
    [
        (job(JobState.QUEUED), TrainingStatus.CREATE_IN_PROGRESS),
        (job(JobState.RUNNING, {}), TrainingStatus.CREATE_IN_PROGRESS),
        (job(JobState.RUNNING, {"phase": "STAGING"}), TrainingStatus.CREATE_IN_PROGRESS),
        (job(JobState.RUNNING, RAN), TrainingStatus.RUNNING),
        (
            job(JobState.RUNNING, {**RAN, "phase": "UPLOADING", "exitCode": 0}),
            TrainingStatus.COMPLETE_IN_PROGRESS,
        ),
        (
            job(JobState.RUNNING, {**RAN, "phase": "UPLOADING", "exitCode": 1}),
            TrainingStatus.FAIL_TRAIN_IN_PROGRESS,
        ),
        (job(JobState.RUNNING, RAN, {**RAN, "exitCode": 1}), TrainingStatus.FAIL_TRAIN_IN_PROGRESS),
        (job(JobState.SUCCEEDED, {**RAN, "exitCode": 0}), TrainingStatus.COMPLETE),
        (job(JobState.FAILED, {**RAN, "exitCode": 1}, exit_code=1), TrainingStatus.FAIL_TRAIN),
        (job(JobState.FAILED, {"reason": "no such file"}, exit_code=1), TrainingStatus.CREATE_FAILED),
        (job(JobState.STOPPED, RAN), TrainingStatus.STOPPED),
    ],
)
def test_job_means_training_status(observation: JobObservation, status: TrainingStatus) -> None:
    assert observed_state(observation).status is status


def test_process_killed_for_memory_is_said_once_as_the_engine_saw_it() -> None:
    killed = "exit code : -9 (pid: 7): out of memory, 530 MiB used of 512 MiB"
    report = {**RAN, "exitCode": -9, "reason": "train.py was ended by SIGKILL. exit code : -9 (pid: 7)"}
    observation = job(JobState.FAILED, report, exit_code=1, killed_for_memory=killed)
    assert observed_state(observation).reason == killed


def test_reasons_of_several_nodes_name_the_node() -> None:
    observation = job(JobState.FAILED, {**RAN}, {**RAN, "reason": "it broke"}, exit_code=1)
    assert observed_state(observation).reason == "Node 1: it broke"


def test_failure_without_a_reason_still_says_something() -> None:
    assert "log" in observed_state(job(JobState.FAILED, RAN, exit_code=1)).reason


def test_progress_is_shown_only_while_it_goes_on() -> None:
    staging = {"phase": "STAGING", "progress": {"files": 1, "totalFiles": 2}}
    assert observed_state(job(JobState.RUNNING, staging)).report["progress"] == {
        "phase": "STAGING",
        "files": 1,
        "totalFiles": 2,
    }
    assert observed_state(job(JobState.FAILED, staging, exit_code=1)).report["progress"] is None
