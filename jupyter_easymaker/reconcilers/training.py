"""Carry trainings through their states: what of it is theirs alone."""

from __future__ import annotations

import shutil
import sys
from typing import Any

from ..engines.base import Job, JobObservation, Resources
from ..resources.status import Status
from ..resources.training import TrainingStatus
from ..resources.trial import TrialStatus
from ..runner.plan import PLAN_FILE, Plan
from ..store import trainings
from ..store.job_owners import job_of
from ..store.tables import TrainingRow
from .context import ReconcilerContext
from .event_files import show_event_files
from .job_steps import JobSteps, Seen
from .training_state import observed_state


def job_name(training_id: str) -> str:
    """Return the name of a training's job."""
    return job_of(TrainingRow, training_id)


class TrainingSteps(JobSteps[TrainingRow]):
    """The steps of a training."""

    table = TrainingRow
    noun = "training"
    statuses = TrainingStatus
    failed = TrainingStatus.FAIL_TRAIN

    def job(self, context: ReconcilerContext, row: TrainingRow) -> Job:
        return training_job(context, row)

    def seen(self, row: TrainingRow, observation: JobObservation) -> Seen:
        state = observed_state(observation)
        columns: dict[str, Any] = {
            "started_at": state.started_at,
            "exit_code": state.exit_code,
            "report": state.report,
        }
        if row.trial_status == TrialStatus.CREATED and state.started_at is not None:
            columns["trial_status"] = TrialStatus.RUNNING.value
        return Seen(state.status, state.reason, columns)

    def write(self, context: ReconcilerContext, row: TrainingRow, status: Status | None, **changes: Any) -> bool:
        if status is not None and status.terminal:
            show_event_files(context.engine, row, context.tensorboard_dir(row.appkey, row.experiment_id) / row.id)
        with context.database.session(derived=True) as session:
            return trainings.transition(session, row, None if status is None else TrainingStatus(status), **changes)

    def forget(self, context: ReconcilerContext, row: TrainingRow) -> None:
        shutil.rmtree(context.tensorboard_dir(row.appkey, row.experiment_id) / row.id, ignore_errors=True)
        with context.database.session() as session:
            trainings.purge(session, row)

    def stop_reason(self, row: TrainingRow) -> str | None:
        return super().stop_reason(row) if row.tuning_id is None else None  # of a trial its tuning has said why


_STEPS = TrainingSteps()


def reconcile_training(context: ReconcilerContext, training_id: str) -> TrainingRow | None:
    """Do one step for a training; see ``JobSteps.step``."""
    return _STEPS.step(context, training_id)


def reconcile_training_row(context: ReconcilerContext, row: TrainingRow) -> None:
    """Do one step for a training read a moment ago."""
    _STEPS.step_row(context, row)


def training_job(context: ReconcilerContext, row: TrainingRow) -> Job:
    """Return the job that runs a training."""
    spec, flavor = row.spec, row.flavor
    image = context.image(row.image)
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
