"""Tunings and trials as the API answers them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from ..resources.hyperparameter_tuning import HyperparameterTuning, HyperparameterTuningStatus, ObjectiveType
from ..resources.training import TrainingStatus
from ..resources.trial import Trial, TrialMetric, TrialStatus
from ..store import hyperparameter_tunings, trials
from ..store.tables import ExperimentRow, HyperparameterTuningRow, ModelRow, TrainingRow
from .tensorboard_links import tensorboard_path, tensorboard_uri
from .training_views import copied_settings, elapsed_seconds, experiments_of, settings_view

_TENSORBOARD = "tuning"


def tuning_views(
    session: Session, rows: Sequence[HyperparameterTuningRow], public_url: str
) -> list[HyperparameterTuning]:
    """Return the wire objects of these rows."""
    if not rows:
        return []
    ids = [row.id for row in rows]
    models = hyperparameter_tunings.models_of(session, ids)
    counts = trials.counts(session, ids)
    experiments = experiments_of(session, rows)
    return [
        _view(
            row,
            experiments.get(row.experiment_id),
            models.get(row.id, []),
            counts.get(row.id, {}),
            best_trial(session, row),
            public_url,
        )
        for row in rows
    ]


def best_trial(session: Session, row: HyperparameterTuningRow) -> TrainingRow | None:
    """Return a tuning's best trial so far."""
    return trials.best(session, row.id, maximize=row.spec["objectiveTypeCode"] == ObjectiveType.MAXIMIZE)


def _view(
    row: HyperparameterTuningRow,
    experiment: ExperimentRow | None,
    models: Sequence[ModelRow],
    counts: Mapping[str, int],
    best: TrainingRow | None,
    public_url: str,
) -> HyperparameterTuning:
    spec = row.spec
    return HyperparameterTuning(
        **settings_view(row, experiment, models),
        hyperparameter_tuning_id=row.id,
        hyperparameter_tuning_name=row.name,
        hyperparameter_tuning_status_code=HyperparameterTuningStatus(row.status),
        hyperparameter_tuning_status_reason=row.status_reason,
        hyperparameter_spec_list=spec["hyperparameterSpecList"],
        metric_list=[{"name": name} for name in spec["metricList"] or [spec["objectiveMetric"]["name"]]],
        objective_metric=spec["objectiveMetric"],
        objective_metric_name=spec["objectiveMetric"]["name"],
        objective_type_code=spec["objectiveTypeCode"],
        objective_goal=spec.get("objectiveGoal"),
        max_trial_count=spec.get("maxTrialCount"),
        max_failed_trial_count=spec.get("maxFailedTrialCount"),
        parallel_trial_count=spec["parallelTrialCount"],
        kept_models=spec["keptModels"],
        tuning_strategy_name=spec["tuningStrategyName"],
        tuning_strategy_random_state=spec.get("tuningStrategyRandomState"),
        early_stopping_algorithm=spec.get("earlyStoppingAlgorithm"),
        early_stopping_min_trial_count=spec.get("earlyStoppingMinTrialCount"),
        early_stopping_start_step=spec.get("earlyStoppingStartStep"),
        trial_count=sum(counts.values()),
        successful_trial_count=counts.get(TrialStatus.SUCCEEDED, 0),
        running_trial_count=counts.get(TrialStatus.CREATED, 0) + counts.get(TrialStatus.RUNNING, 0),
        failed_trial_count=counts.get(TrialStatus.FAILED, 0),
        early_stopped_trial_count=counts.get(TrialStatus.EARLY_STOPPED, 0),
        optimal_trial_id=best.id if best else None,
        optimal_trial=trial_view(best, best.id) if best else None,
        tensorboard_access_uri=tensorboard_uri(public_url, row.appkey, _TENSORBOARD, row.id),
        tensorboard_access_path=tensorboard_path(_TENSORBOARD, row.id),
    )


def trial_view(row: TrainingRow, best_id: str | None) -> Trial:
    """Return the wire object of a trial.

    Args:
        best_id: the id of its tuning's best trial.
    """
    kept = row.trial or {}
    return Trial(
        trial_id=row.id,
        trial_name=row.name,
        trial_number=row.trial_number or 0,
        trial_status_code=TrialStatus(row.trial_status or TrialStatus.CREATED),
        trial_status_reason=row.status_reason,
        training_status_code=TrainingStatus(row.status),
        hyperparameter_tuning_id=str(row.tuning_id),
        hyperparameter_list=[
            {"parameterName": name, "parameterValue": value} for name, value in kept.get("parameters", {}).items()
        ],
        trial_metric_list=[
            TrialMetric(
                trial_metric_name=told["name"],
                trial_metric_min_value=_text(told["min"]),
                trial_metric_max_value=_text(told["max"]),
                trial_metric_latest_value=_text(told["last"]),
            )
            for told in kept.get("metrics", [])
        ],
        objective_value=row.objective,
        is_optimal=row.id == best_id,
        model_uri=(row.report.get("outputs") or {}).get("modelUri"),
        elapsed_time_seconds=elapsed_seconds(row.started_at, row.ended_at),
        created_datetime=row.created_at,
        started_datetime=row.started_at,
        ended_datetime=row.ended_at,
    )


def _text(number: float | None) -> str | None:
    return None if number is None else repr(number)


def copy_of(row: HyperparameterTuningRow) -> dict[str, Any]:
    """Return the create body that makes the same tuning again."""
    return copied_settings(row, "hyperparameterTuningName")
