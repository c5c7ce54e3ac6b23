"""Trials: the trainings a tuning runs, each with hyperparameters the search chose."""

from __future__ import annotations

from .base import UtcDatetime, WireModel
from .status import Status
from .training import TrainingStatus


class TrialStatus(Status):
    CREATED = "CREATED"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    KILLED = "KILLED"
    """Ended because the tuning ended, or by a person."""
    FAILED = "FAILED"
    METRICS_UNAVAILABLE = "METRICS_UNAVAILABLE"
    """It ended well, and the objective metric never appeared."""
    EARLY_STOPPED = "EARLY_STOPPED"

    @classmethod
    def terminal_statuses(cls) -> frozenset[Status]:
        return frozenset({cls.SUCCEEDED, cls.KILLED, cls.FAILED, cls.METRICS_UNAVAILABLE, cls.EARLY_STOPPED})

    @classmethod
    def transitions(cls) -> dict[Status, frozenset[Status]]:
        ends = cls.terminal_statuses()
        return {cls.CREATED: frozenset({cls.RUNNING, *ends}), cls.RUNNING: ends}


class TrialMetric(WireModel):
    """What a trial told of one metric. Texts, as the vendor's SDK reads them."""

    trial_metric_name: str
    trial_metric_min_value: str | None = None
    trial_metric_max_value: str | None = None
    trial_metric_latest_value: str | None = None


class Trial(WireModel):
    """A trial as the API answers it. Its id is its training's: log, metrics and monitoring are found with that."""

    trial_id: str
    trial_name: str
    trial_number: int
    """From 0, in the order they were made."""
    trial_status_code: TrialStatus
    trial_status_reason: str = ""
    training_status_code: TrainingStatus
    hyperparameter_tuning_id: str
    hyperparameter_list: list[dict[str, str]] = []
    """Those the search chose."""
    trial_metric_list: list[TrialMetric] = []
    objective_value: float | None = None
    is_optimal: bool = False
    model_uri: str | None = None
    elapsed_time_seconds: int = 0
    created_datetime: UtcDatetime
    started_datetime: UtcDatetime | None = None
    ended_datetime: UtcDatetime | None = None
