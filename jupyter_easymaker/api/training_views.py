"""Trainings as the API answers them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..resources import limits
from ..resources.base import now
from ..resources.lineage import NotebookProgress
from ..resources.training import StagingProgress, Training, TrainingNode, TrainingStatus
from ..store import trainings
from ..store.tables import ExperimentRow, HyperparameterTuningRow, ModelRow, TrainingRow
from .tensorboard_links import tensorboard_path, tensorboard_uri

FLAVOR_FIELDS = ("id", "name", "vcpus", "ram", "disk", "gpuFlavor", "gpuCount", "gpuMemory")


def training_views(session: Session, rows: Sequence[TrainingRow], public_url: str) -> list[Training]:
    """Return the wire objects of these rows, with two queries however many there are."""
    if not rows:
        return []
    models = trainings.models_of(session, [row.id for row in rows])
    experiments = experiments_of(session, rows)
    return [_view(row, experiments.get(row.experiment_id), models.get(row.id, []), public_url) for row in rows]


def _view(row: TrainingRow, experiment: ExperimentRow | None, models: Sequence[ModelRow], public_url: str) -> Training:
    spec, report = row.spec, row.report
    progress = report.get("progress")
    outputs = report.get("outputs") or {}
    cells = report.get("notebookProgress")
    return Training(
        **settings_view(row, experiment, models),
        training_id=row.id,
        training_name=row.name,
        training_status_code=TrainingStatus(row.status),
        training_status_reason=row.status_reason,
        hyperparameter_tuning_id=row.tuning_id,
        hyperparameter_list=spec["hyperparameterList"],
        model_uri=outputs.get("modelUri"),
        tensorboard_access_uri=tensorboard_uri(public_url, row.appkey, "training", row.id),
        tensorboard_access_path=tensorboard_path("training", row.id),
        metric_name_list=spec.get("metricNameList", []),
        node_list=[TrainingNode.model_validate(node) for node in report.get("nodes", [])],
        progress=StagingProgress.model_validate(progress) if progress else None,
        notebook=NotebookProgress.model_validate(cells) if cells else None,
        exit_code=row.exit_code,
    )


def settings_view(
    row: TrainingRow | HyperparameterTuningRow, experiment: ExperimentRow | None, models: Sequence[ModelRow]
) -> dict[str, Any]:
    """Return the fields trainings and tunings have in common."""
    spec = row.spec
    storage = spec.get("dataStorageSize")
    return {
        "description": row.description,
        "app_key": row.appkey,
        "experiment": {
            "experimentId": row.experiment_id,
            "experimentName": experiment.name if experiment else "",
            "experimentStatusCode": experiment.status if experiment else "",
        },
        "instance_count": spec["instanceCount"],
        "nproc_per_node": spec["nprocPerNode"],
        "use_torchrun": spec["useTorchrun"],
        "algorithm": part_of(row.algorithm, "algorithmId", "algorithmName") if row.algorithm else None,
        "source_dir_uri": spec.get("sourceDirUri"),
        "entry_point": spec.get("entryPoint"),
        "dataset_list": spec["datasetList"],
        "check_point_input_uri": spec.get("checkPointInputUri"),
        "check_point_upload_uri": spec.get("checkPointUploadUri"),
        "model_upload_uri": spec["modelUploadUri"],
        "timeout_minutes": spec["timeoutMinutes"],
        "elapsed_time_seconds": elapsed_seconds(row.started_at, row.ended_at),
        "flavor": part_of(row.flavor, *FLAVOR_FIELDS),
        "image": row.image,
        "data_storage_list": [{"storageSize": storage}] if storage else [],
        "model_list": [{"modelId": model.id, "modelName": model.name} for model in models],
        "use_log": spec["useLog"],
        "metric_regex": spec.get("metricRegex"),
        "tag_list": row.tags,
        "created_datetime": row.created_at,
        "started_datetime": row.started_at,
        "ended_datetime": row.ended_at,
        "created_by": row.created_by,
    }


def experiments_of(
    session: Session, rows: Sequence[TrainingRow] | Sequence[HyperparameterTuningRow]
) -> dict[str, ExperimentRow]:
    """Return the experiments these belong to, by id."""
    wanted = {row.experiment_id for row in rows}
    return {row.id: row for row in session.scalars(select(ExperimentRow).where(ExperimentRow.id.in_(wanted)))}


def part_of(whole: dict[str, Any], *keys: str) -> dict[str, Any]:
    return {key: whole[key] for key in keys if key in whole}


def elapsed_seconds(started_at: datetime | None, ended_at: datetime | None) -> int:
    """Return how long the user's code has run, in whole seconds."""
    if started_at is None:
        return 0
    return max(0, round(((ended_at or now()) - started_at).total_seconds()))


def copy_of(row: TrainingRow) -> dict[str, Any]:
    """Return the create body that makes the same training again, under a name that still fits."""
    return {**copied_settings(row, "trainingName"), "copiedFromTrainingId": row.id}


def copied_settings(row: TrainingRow | HyperparameterTuningRow, name_field: str) -> dict[str, Any]:
    """Return the create body of the same again, under a name that still fits."""
    suffix = "-copy"
    return {
        **row.spec,
        name_field: row.name[: limits.current().name_length - len(suffix)] + suffix,
        "description": row.description,
        "tagList": row.tags,
        "experimentId": row.experiment_id,
    }
