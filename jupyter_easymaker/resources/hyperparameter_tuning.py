"""Hyperparameter tunings: the same code run again and again, with hyperparameters a search chooses."""

from __future__ import annotations

from enum import StrEnum
from math import prod
from typing import Annotated, Any, Self

from pydantic import AfterValidator, ConfigDict, Field, field_validator, model_validator

from .algorithm import HyperparameterType
from .base import Description, Name, RequestModel, Tags, UtcDatetime, WireModel, broken_rule, form_field, in_order
from .limits import Maximum, MaxItems
from .metric import MetricNames, MetricRegex
from .search_space import HyperparameterRange
from .status import Status
from .training_settings import SECTIONS as TRAINING_SECTIONS
from .training_settings import TrainingSettings, unique_by_key
from .trial import Trial

SECTIONS = {
    "basic": TRAINING_SECTIONS["basic"],
    "strategy": "Tuning strategy",
    **{key: title for key, title in TRAINING_SECTIONS.items() if key not in ("basic", "additional")},
    "objective": "Metrics and objective",
    "trials": "Trials",
    "stopping": "Early stopping",
    "additional": TRAINING_SECTIONS["additional"],
}
MAX_GRID = 100_000


class HyperparameterTuningStatus(Status):
    CREATE_REQUESTED = "CREATE_REQUESTED"
    CREATE_IN_PROGRESS = "CREATE_IN_PROGRESS"
    RUNNING = "RUNNING"
    STOP_IN_PROGRESS = "STOP_IN_PROGRESS"
    STOPPED = "STOPPED"
    COMPLETE_IN_PROGRESS = "COMPLETE_IN_PROGRESS"
    COMPLETE = "COMPLETE"
    FAIL_HYPERPARAMETER_TUNING_IN_PROGRESS = "FAIL_HYPERPARAMETER_TUNING_IN_PROGRESS"
    FAIL_HYPERPARAMETER_TUNING = "FAIL_HYPERPARAMETER_TUNING"
    CREATE_FAILED = "CREATE_FAILED"

    @classmethod
    def terminal_statuses(cls) -> frozenset[Status]:
        return frozenset({cls.STOPPED, cls.COMPLETE, cls.FAIL_HYPERPARAMETER_TUNING, cls.CREATE_FAILED})

    @classmethod
    def transitions(cls) -> dict[Status, frozenset[Status]]:
        ending = {
            cls.STOP_IN_PROGRESS,
            cls.COMPLETE_IN_PROGRESS,
            cls.FAIL_HYPERPARAMETER_TUNING_IN_PROGRESS,
        }
        return {
            cls.CREATE_REQUESTED: frozenset({cls.CREATE_IN_PROGRESS, cls.RUNNING, cls.CREATE_FAILED, *ending}),
            cls.CREATE_IN_PROGRESS: frozenset({cls.RUNNING, cls.CREATE_FAILED, *ending}),
            cls.RUNNING: frozenset(ending),
            cls.STOP_IN_PROGRESS: frozenset({cls.STOPPED}),
            cls.COMPLETE_IN_PROGRESS: frozenset({cls.COMPLETE, cls.STOP_IN_PROGRESS}),
            cls.FAIL_HYPERPARAMETER_TUNING_IN_PROGRESS: frozenset(
                {cls.FAIL_HYPERPARAMETER_TUNING, cls.STOP_IN_PROGRESS}
            ),
        }

    @property
    def stoppable(self) -> bool:
        return self.may_become(HyperparameterTuningStatus.STOP_IN_PROGRESS)

    @property
    def going_on(self) -> bool:
        """New trials may be made."""
        return self in (
            HyperparameterTuningStatus.CREATE_REQUESTED,
            HyperparameterTuningStatus.CREATE_IN_PROGRESS,
            HyperparameterTuningStatus.RUNNING,
        )


class CompletionReason(StrEnum):
    """Why a tuning is COMPLETE, as the guide lists it."""

    GOAL_REACHED = "GoalReached"
    MAX_TRIALS_REACHED = "MaxTrialsReached"
    SUGGESTION_END_REACHED = "SuggestionEndReached"


class TuningStrategy(StrEnum):
    GRID = "GRID"
    RANDOM = "RANDOM"
    BAYESIAN_OPTIMIZATION = "BAYESIAN_OPTIMIZATION"
    """Tree-structured Parzen estimators."""
    GAUSSIAN_PROCESS = "GAUSSIAN_PROCESS"
    CMA_ES = "CMA_ES"
    QMC = "QMC"
    """A Sobol sequence: evenly spread."""


class ObjectiveType(StrEnum):
    MINIMIZE = "MINIMIZE"
    MAXIMIZE = "MAXIMIZE"


class EarlyStoppingAlgorithm(StrEnum):
    MEDIAN = "MEDIAN"


class KeptModels(StrEnum):
    """Which trials' outputs stay in the storage once the tuning is COMPLETE."""

    ALL = "ALL"
    BEST = "BEST"


class ObjectiveMetric(RequestModel):
    """The metric that is minimized or maximized, by name."""

    name: Name


def _names(value: Any) -> Any:
    """Take names, or objects with a name as the vendor's SDK sends them."""
    if isinstance(value, list):
        return [each["name"] if isinstance(each, dict) and set(each) == {"name"} else each for each in value]
    return value


class HyperparameterTuningCreate(TrainingSettings):
    """The body of POST hyperparameter-tunings."""

    model_config = ConfigDict(
        json_schema_extra=in_order(
            "hyperparameterTuningName",
            after={
                "experimentDescription": ["tuningStrategyName", "tuningStrategyRandomState"],
                "entryPoint": ["hyperparameterSpecList"],
                "instanceCount": ["parallelTrialCount"],
                "checkPointUploadUri": [
                    *("metricList", "metricRegex", "objectiveMetric", "objectiveTypeCode", "objectiveGoal"),
                    *("maxTrialCount", "maxFailedTrialCount", "keptModels"),
                    *("earlyStoppingAlgorithm", "earlyStoppingMinTrialCount", "earlyStoppingStartStep"),
                ],
            },
        )
    )

    hyperparameter_tuning_name: Name = form_field("Name", section="basic")
    tuning_strategy_name: TuningStrategy = form_field(
        "Strategy",
        "How values are chosen.",
        section="strategy",
        default=TuningStrategy.BAYESIAN_OPTIMIZATION,
    )
    tuning_strategy_random_state: int | None = form_field(
        "Random seed",
        "The same seed chooses the same values, as long as trials run one after the other.",
        section="strategy",
        default=None,
        ge=0,
        le=2**31 - 1,
    )
    hyperparameter_spec_list: Annotated[
        list[HyperparameterRange],
        MaxItems("hyperparameters"),
        AfterValidator(lambda v: unique_by_key(v, lambda spec: spec.hyperparameter_name, "the hyperparameters")),
    ] = form_field(
        "Hyperparameters", "What is varied, and within which range.", section="algorithm", widget="ranges", min_length=1
    )
    parallel_trial_count: Annotated[int, Maximum("nodes")] = form_field(
        "Parallel trials",
        "How many trials run at once; instances are shared out evenly among them.",
        section="resources",
        default=1,
        ge=1,
    )
    metric_list: MetricNames = form_field(
        "Metric names",
        "Which metrics to collect from the log; empty: the objective only.",
        section="objective",
        widget="strings",
        default_factory=list,
    )
    metric_regex: MetricRegex | None = form_field(
        "Metric format",
        "A regular expression with a group for the name and one for the value; empty: name=value.",
        section="objective",
        default=None,
    )
    objective_metric: ObjectiveMetric = form_field(
        "Objective metric", "What is optimized: the name the code prints it under.", section="objective", widget="named"
    )
    objective_type_code: ObjectiveType = form_field("Direction", section="objective", default=ObjectiveType.MINIMIZE)
    objective_goal: float | None = form_field(
        "Goal", "The tuning ends once a trial reaches this value.", section="objective", default=None,
        allow_inf_nan=False,
    )  # fmt: skip
    max_trial_count: Annotated[int, Maximum("trials")] | None = form_field(
        "Maximum trials", "Needed unless the strategy is GRID or there is a goal.", section="trials", default=None, ge=1
    )
    max_failed_trial_count: Annotated[int, Maximum("trials")] | None = form_field(
        "Maximum failed trials",
        "The tuning fails once so many trials have failed; empty: 3.",
        section="trials",
        default=None,
        ge=1,
    )
    kept_models: KeptModels = form_field(
        "Kept models",
        "Which trials' outputs stay in the storage once the tuning is complete.",
        section="trials",
        default=KeptModels.ALL,
    )
    early_stopping_algorithm: EarlyStoppingAlgorithm | None = form_field(
        "Early stopping",
        "MEDIAN ends a trial whose best value so far is worse than the median of the others at the same step.",
        section="stopping",
        default=None,
    )
    early_stopping_min_trial_count: int = form_field(
        "Minimum trials",
        "How many trials must have succeeded before one is ended.",
        section="stopping",
        default=3,
        ge=1,
    )
    early_stopping_start_step: int = form_field(
        "Start step", "No trial is ended before this step.", section="stopping", default=4, ge=0
    )

    @field_validator("metric_list", mode="before")
    @classmethod
    def _metric_names(cls, value: Any) -> Any:
        return _names(value)

    @model_validator(mode="after")
    def _tunable(self) -> Self:
        if self.instance_count % self.parallel_trial_count:
            raise broken_rule(
                "instanceCount",
                "is the number of nodes of a trial times parallelTrialCount; make it a multiple of that",
            )
        if self.tuning_strategy_name is TuningStrategy.GRID:
            self._check_grid()
        elif self.max_trial_count is None and self.objective_goal is None:
            raise broken_rule("maxTrialCount", "is needed, or an objectiveGoal, unless the strategy is GRID")
        if self.tuning_strategy_name is TuningStrategy.CMA_ES and not any(
            spec.is_numeric for spec in self.hyperparameter_spec_list
        ):
            raise broken_rule("tuningStrategyName", "CMA_ES needs at least one int or double hyperparameter")
        if self.metric_list and self.objective_metric.name not in self.metric_list:
            raise broken_rule("objectiveMetric", "must be one of metricList")
        return self

    def _check_grid(self) -> None:
        sizes = [spec.grid_size() for spec in self.hyperparameter_spec_list]
        if None in sizes:
            raise broken_rule("hyperparameterStep", "is needed for every double with GRID")
        if prod(size or 1 for size in sizes) > MAX_GRID:
            raise broken_rule("hyperparameterStep", "makes a grid of more than 100000 points; choose larger steps")

    @property
    def nodes(self) -> int:
        """How many nodes a trial has."""
        return self.instance_count // self.parallel_trial_count


class HyperparameterTuningUpdate(RequestModel):
    """The body of PUT hyperparameter-tunings/{id}: what is absent stays as it is."""

    hyperparameter_tuning_name: Name | None = None
    description: Description | None = None
    tag_list: Tags | None = None


class HyperparameterTuning(WireModel):
    """A tuning as the API answers it. Carries every field the vendor's SDKs read, and ours."""

    hyperparameter_tuning_id: str
    hyperparameter_tuning_name: str
    description: str = ""
    app_key: str
    hyperparameter_tuning_status_code: HyperparameterTuningStatus
    hyperparameter_tuning_status_reason: str = ""
    """GoalReached, MaxTrialsReached or SuggestionEndReached of a COMPLETE one; else a sentence for people."""
    experiment: dict[str, Any]
    instance_count: int
    """Nodes of a trial times parallel trials."""
    nproc_per_node: int
    use_torchrun: bool = False
    algorithm: dict[str, Any] | None = None
    source_dir_uri: str | None = None
    entry_point: str | None = None
    hyperparameter_spec_list: list[dict[str, Any]]
    dataset_list: list[dict[str, str]] = []
    check_point_input_uri: str | None = None
    check_point_upload_uri: str | None = None
    model_upload_uri: str
    metric_list: list[dict[str, str]] = []
    metric_regex: str | None = None
    objective_metric: dict[str, str]
    objective_metric_name: str
    objective_type_code: ObjectiveType
    objective_goal: float | None = None
    max_trial_count: int | None = None
    max_failed_trial_count: int | None = None
    parallel_trial_count: int
    kept_models: KeptModels = KeptModels.ALL
    tuning_strategy_name: TuningStrategy
    tuning_strategy_random_state: int | None = None
    early_stopping_algorithm: EarlyStoppingAlgorithm | None = None
    early_stopping_min_trial_count: int | None = None
    early_stopping_start_step: int | None = None
    trial_count: int = 0
    successful_trial_count: int = 0
    running_trial_count: int = 0
    """Those that have not ended, waiting ones included."""
    failed_trial_count: int = 0
    early_stopped_trial_count: int = 0
    optimal_trial_id: str | None = None
    optimal_trial: Trial | None = None
    timeout_minutes: int
    elapsed_time_seconds: int = 0
    tensorboard_access_uri: str = ""
    tensorboard_access_path: str = ""
    log_and_crash_app_key: str | None = None
    flavor: dict[str, Any]
    image: dict[str, Any]
    boot_storage: dict[str, Any] | None = None
    data_storage_list: list[dict[str, Any]] = []
    model_list: list[dict[str, Any]] = []
    use_log: bool = False
    tag_list: list[dict[str, str]] = []
    created_datetime: UtcDatetime
    started_datetime: UtcDatetime | None = None
    ended_datetime: UtcDatetime | None = None
    created_by: str = ""


class BestPoint(WireModel):
    """One trial in a tuning's history."""

    trial_id: str
    trial_number: int
    objective_value: float | None
    best_so_far: float | None
    ended_datetime: UtcDatetime | None = None


class Importance(WireModel):
    """How much of the objective's variation a hyperparameter explains: 0 to 1, all together 1."""

    hyperparameter_name: str
    importance: float


class HyperparameterAxis(WireModel):
    """One hyperparameter as charts show it."""

    hyperparameter_name: str
    hyperparameter_type_code: HyperparameterType
    category_list: list[str] = []
    """Of a list: its values, in order."""
    min_value: float | None = None
    max_value: float | None = None


class ChartTrial(WireModel):
    """A trial with an objective, as parallel coordinates and slices show it: one value for each axis."""

    trial_id: str
    trial_number: int
    trial_status_code: str
    objective_value: float
    value_list: list[float | str]


class TuningCharts(WireModel):
    """What the charts of a tuning are made of."""

    history_list: list[BestPoint]
    axis_list: list[HyperparameterAxis]
    trial_list: list[ChartTrial]
    importance_list: list[Importance]
    """Empty until enough trials have ended."""
    importance_note: str = Field("", description="Why there are none yet.")


class TrialCurve(WireModel):
    """A metric of one trial, step by step."""

    trial_id: str
    trial_name: str
    trial_number: int
    trial_status_code: str
    point_list: list[tuple[int, float | None, float]]
