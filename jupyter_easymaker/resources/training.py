"""Trainings: a script or notebook run on n nodes with inputs, hyperparameters and outputs."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, ConfigDict, Field

from .base import Description, Name, RequestModel, Tags, UtcDatetime, WireModel, form_field, in_order
from .limits import MaxItems, MaxLength
from .lineage import NotebookProgress
from .metric import MetricNames
from .status import Status
from .training_settings import SECTIONS, Hyperparameter, TrainingSettings, unique_by_key

__all__ = ["SECTIONS", "Training", "TrainingCreate", "TrainingStatus", "TrainingUpdate"]


class TrainingStatus(Status):
    CREATE_REQUESTED = "CREATE_REQUESTED"
    CREATE_IN_PROGRESS = "CREATE_IN_PROGRESS"
    RUNNING = "RUNNING"
    STOP_IN_PROGRESS = "STOP_IN_PROGRESS"
    STOPPED = "STOPPED"
    COMPLETE_IN_PROGRESS = "COMPLETE_IN_PROGRESS"
    COMPLETE = "COMPLETE"
    FAIL_TRAIN_IN_PROGRESS = "FAIL_TRAIN_IN_PROGRESS"
    FAIL_TRAIN = "FAIL_TRAIN"
    CREATE_FAILED = "CREATE_FAILED"

    @classmethod
    def terminal_statuses(cls) -> frozenset[Status]:
        return frozenset({cls.STOPPED, cls.COMPLETE, cls.FAIL_TRAIN, cls.CREATE_FAILED})

    @classmethod
    def transitions(cls) -> dict[Status, frozenset[Status]]:
        # A short job can pass several states between two looks, so later states are reachable directly.
        ending = {
            cls.COMPLETE_IN_PROGRESS,
            cls.COMPLETE,
            cls.FAIL_TRAIN_IN_PROGRESS,
            cls.FAIL_TRAIN,
            cls.STOPPED,
        }
        return {
            cls.CREATE_REQUESTED: frozenset({cls.CREATE_IN_PROGRESS, cls.STOP_IN_PROGRESS, cls.CREATE_FAILED}),
            cls.CREATE_IN_PROGRESS: frozenset({cls.RUNNING, cls.STOP_IN_PROGRESS, cls.CREATE_FAILED, *ending}),
            cls.RUNNING: frozenset({cls.STOP_IN_PROGRESS, *ending}),
            cls.STOP_IN_PROGRESS: frozenset({cls.STOPPED}),
            cls.COMPLETE_IN_PROGRESS: frozenset({cls.COMPLETE, cls.FAIL_TRAIN, cls.STOP_IN_PROGRESS, cls.STOPPED}),
            cls.FAIL_TRAIN_IN_PROGRESS: frozenset({cls.FAIL_TRAIN, cls.STOP_IN_PROGRESS, cls.STOPPED}),
        }

    @property
    def stoppable(self) -> bool:
        return self.may_become(TrainingStatus.STOP_IN_PROGRESS)


class TrainingCreate(TrainingSettings):
    """The body of POST trainings."""

    model_config = ConfigDict(
        json_schema_extra=in_order(
            "trainingName", after={"entryPoint": ["hyperparameterList"], "useLog": ["metricNameList"]}
        )
    )

    training_name: Name = form_field("Name", section="basic")
    hyperparameter_list: Annotated[
        list[Hyperparameter],
        MaxItems("hyperparameters"),
        AfterValidator(lambda v: unique_by_key(v, lambda p: p.parameter_name, "the keys")),
    ] = form_field(
        "Hyperparameters",
        "Passed as --key value and as EM_HP_{KEY}.",
        section="algorithm",
        widget="keyvalue",
        default_factory=list,
    )
    metric_name_list: MetricNames = form_field(
        "Metric names",
        "Which metrics to collect from the log; empty: all that are found.",
        section="additional",
        widget="strings",
        default_factory=list,
    )
    copied_from_training_id: Annotated[str, MaxLength("name_length")] | None = Field(
        None, description="The training whose settings these were."
    )
    training_type_code: str = Field("NORMAL", pattern="^NORMAL$", description="Always NORMAL.")


class TrainingUpdate(RequestModel):
    """The body of PUT trainings/{id}: what is absent stays as it is."""

    training_name: Name | None = None
    description: Description | None = None
    tag_list: Tags | None = None


class TrainingNode(WireModel):
    """One node of a training, as seen last."""

    node: int
    phase: str
    """QUEUED, STAGING, INSTALLING, RUNNING, UPLOADING or DONE."""
    pid: int | None = None
    exit_code: int | None = None


class StagingProgress(WireModel):
    """How far the runner is with the phase it is in. Bytes and files count up to the totals."""

    phase: str
    message: str = ""
    files: int = 0
    total_files: int = 0
    bytes: int = 0
    total_bytes: int = 0


class Training(WireModel):
    """A training as the API answers it. Carries every field the vendor's SDKs read, and ours."""

    training_id: str
    training_name: str
    description: str = ""
    app_key: str
    training_status_code: TrainingStatus
    training_status_reason: str = ""
    """Why it is where it is, for people; with the exit code where a process ended it."""
    training_type_code: str = "NORMAL"
    experiment: dict[str, Any]
    """``{"experimentId", "experimentName", "experimentStatusCode"}``"""
    instance_count: int
    nproc_per_node: int
    use_torchrun: bool = False
    algorithm: dict[str, Any] | None = None
    """``{"algorithmId", "algorithmName"}``; None for own code."""
    source_dir_uri: str | None = None
    entry_point: str | None = None
    hyperparameter_tuning_id: str | None = None
    """Of a trial: whose it is."""
    hyperparameter_list: list[dict[str, str]] = []
    dataset_list: list[dict[str, str]] = []
    check_point_input_uri: str | None = None
    check_point_upload_uri: str | None = None
    model_upload_uri: str
    model_uri: str | None = None
    """Where the outputs of this training lie once uploaded: a directory of its own below modelUploadUri."""
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
    """``{"modelId", "modelName"}`` of the models made from it."""
    use_log: bool = False
    metric_name_list: list[str] = []
    metric_regex: str | None = None
    tag_list: list[dict[str, str]] = []
    created_datetime: UtcDatetime
    started_datetime: UtcDatetime | None = None
    ended_datetime: UtcDatetime | None = None
    created_by: str = ""
    node_list: list[TrainingNode] = []
    progress: StagingProgress | None = None
    notebook: NotebookProgress | None = None
    """How far the notebook is, where the entry point is one."""
    exit_code: int | None = None
    log_tail: str = ""
    """The last lines of a failed training's log; only in its detail, empty in lists."""
