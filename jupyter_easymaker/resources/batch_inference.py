"""Batch inferences: a model scores all rows of the files below a path, split over pods, into files below another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, computed_field, model_validator
from pydantic_core import PydanticCustomError

from .base import Description, Name, RequestModel, StorageUri, Tags, UtcDatetime, WireModel, broken_rule, form_field
from .errors import field_error
from .limits import Maximum, MaxLength, Minimum
from .status import Status

SECTIONS = {
    "basic": "Basic information",
    "instance": "Instances",
    "model": "Model",
    "input": "Input data",
    "output": "Output data",
    "additional": "Additional settings",
}


class BatchInferenceStatus(Status):
    CREATE_REQUESTED = "CREATE_REQUESTED"
    CREATE_IN_PROGRESS = "CREATE_IN_PROGRESS"
    RUNNING = "RUNNING"
    STOP_IN_PROGRESS = "STOP_IN_PROGRESS"
    STOPPED = "STOPPED"
    COMPLETE_IN_PROGRESS = "COMPLETE_IN_PROGRESS"
    COMPLETE = "COMPLETE"
    FAIL_BATCH_INFERENCE_IN_PROGRESS = "FAIL_BATCH_INFERENCE_IN_PROGRESS"
    FAIL_BATCH_INFERENCE = "FAIL_BATCH_INFERENCE"
    CREATE_FAILED = "CREATE_FAILED"

    @classmethod
    def terminal_statuses(cls) -> frozenset[Status]:
        return frozenset({cls.STOPPED, cls.COMPLETE, cls.FAIL_BATCH_INFERENCE, cls.CREATE_FAILED})

    @classmethod
    def transitions(cls) -> dict[Status, frozenset[Status]]:
        # As a training's: a short job can pass several states between two looks.
        ending = {
            cls.COMPLETE_IN_PROGRESS,
            cls.COMPLETE,
            cls.FAIL_BATCH_INFERENCE_IN_PROGRESS,
            cls.FAIL_BATCH_INFERENCE,
            cls.STOPPED,
        }
        late = {cls.STOP_IN_PROGRESS, cls.STOPPED}
        return {
            cls.CREATE_REQUESTED: frozenset({cls.CREATE_IN_PROGRESS, cls.STOP_IN_PROGRESS, cls.CREATE_FAILED}),
            cls.CREATE_IN_PROGRESS: frozenset({cls.RUNNING, cls.STOP_IN_PROGRESS, cls.CREATE_FAILED, *ending}),
            cls.RUNNING: frozenset({cls.STOP_IN_PROGRESS, *ending}),
            cls.STOP_IN_PROGRESS: frozenset({cls.STOPPED}),
            cls.COMPLETE_IN_PROGRESS: frozenset({cls.COMPLETE, cls.FAIL_BATCH_INFERENCE, *late}),
            cls.FAIL_BATCH_INFERENCE_IN_PROGRESS: frozenset({cls.FAIL_BATCH_INFERENCE, *late}),
        }

    @property
    def stoppable(self) -> bool:
        return self.may_become(BatchInferenceStatus.STOP_IN_PROGRESS)


class InputDataType(StrEnum):
    JSON = "JSON"
    """A file is one JSON value: ``{"instances": [...]}``, or a list of rows, or one row."""
    JSONL = "JSONL"
    """Each line of a file is the JSON of one row."""


def _glob(value: str) -> str:
    if value.startswith("/") or ".." in value.split("/") or "\x00" in value:
        raise PydanticCustomError(
            "glob", "is a pattern for paths below the input path, such as *.json or 2026/**/*.jsonl"
        )
    return value


Glob = Annotated[str, AfterValidator(_glob), MaxLength("glob_length")]


class BatchInferenceCreate(RequestModel):
    """The body of POST batch-inferences."""

    batch_inference_name: Name = form_field("Name", section="basic")
    description: Description = form_field("Description", section="basic", widget="textarea", default="")
    flavor_id: str = form_field(
        "Instance type", "CPU, memory and GPUs of each instance.", section="instance", choices="flavors"
    )
    instance_count: Annotated[int, Maximum("nodes")] = form_field("Instances", section="instance", default=1, ge=1)
    model_id: str = form_field("Model", section="model", choices="models")
    image_id: str | None = form_field(
        "Image",
        "The environment the model runs in; empty: by its framework.",
        section="model",
        choices="images",
        default=None,
    )
    pod_count: Annotated[int, Maximum("batch_pods")] = form_field(
        "Pods", "Each scores a part of the data with its share of the instances.", section="model", default=1, ge=1
    )
    input_data_uri: StorageUri = form_field(
        "Data path", "The directory of the files to score.", section="input", widget="uri"
    )
    input_data_type_code: InputDataType = form_field("Data type", section="input", default=InputDataType.JSONL)
    include_glob_pattern: Glob | None = form_field(
        "Include", "Files to score, such as *.jsonl; empty: all.", section="input", default=None
    )
    exclude_glob_pattern: Glob | None = form_field(
        "Exclude", "Files to leave out, even if included.", section="input", default=None
    )
    output_upload_uri: StorageUri = form_field(
        "Output path",
        "Results go to a directory of the batch inference's own here.",
        section="output",
        widget="uri",
    )
    max_batch_size: Annotated[int, Maximum("batch_size")] = form_field(
        "Batch size", "Rows the model gets at once.", section="additional", default=32, ge=1
    )
    inference_timeout_seconds: Annotated[int, Maximum("inference_timeout_seconds")] = form_field(
        "Request timeout (seconds)",
        "A batch that takes longer counts as failed, and the next one begins.",
        section="additional",
        default=120,
        ge=1,
    )
    data_storage_size: Annotated[int, Maximum("data_storage_max_gb")] | None = form_field(
        "Data storage (GB)",
        "Inputs larger than this are refused; empty: as much as the machine has.",
        section="additional",
        default=None,
        ge=1,
    )
    timeout_minutes: Annotated[int, Minimum("timeout_min_minutes"), Maximum("timeout_minutes")] = form_field(
        "Maximum time (minutes)", "Past it the batch inference is ended.", section="additional", default=720 * 60
    )
    use_log: bool = form_field("Log management", "Keep the log searchable.", section="additional", default=False)
    tag_list: Tags = form_field("Tags", section="additional", widget="tags", default_factory=list)
    copied_from_batch_inference_id: Annotated[str, MaxLength("name_length")] | None = Field(
        None, description="The batch inference whose settings these were."
    )

    @model_validator(mode="after")
    def _apart(self) -> Self:
        output, data = self.output_upload_uri.rstrip("/"), self.input_data_uri.rstrip("/")
        if output == data:
            raise broken_rule("outputUploadUri", "must differ from inputDataUri, or a copy would score the results")
        if output.startswith(f"{data}/") and not (self.include_glob_pattern or self.exclude_glob_pattern):
            raise broken_rule(
                "outputUploadUri",
                "lies below inputDataUri, so that a copy would score the results; choose another, or say with "
                "includeGlobPattern or excludeGlobPattern what is scored",
            )
        return self


@dataclass(frozen=True)
class PodShare:
    """What each pod gets: its part of the instances, whole vCPUs and GPUs; what does not divide is left over."""

    vcpus: int
    ram: int
    """Memory in MiB."""
    gpu_count: int


SMALLEST_POD_MIB = 256


def pod_share(flavor: Mapping[str, Any], instance_count: int, pod_count: int) -> PodShare:
    """Return what each pod gets of instances of a type.

    Raises:
        EasyMakerError: that would be less than a pod can run with; names podCount.
    """
    share = PodShare(
        vcpus=flavor["vcpus"] * instance_count // pod_count,
        ram=flavor["ram"] * instance_count // pod_count,
        gpu_count=flavor["gpuCount"] * instance_count // pod_count,
    )
    least = {"vCPU": (share.vcpus, 1), "MiB of memory": (share.ram, SMALLEST_POD_MIB)}
    if flavor["gpuCount"]:
        least["GPU"] = (share.gpu_count, 1)
    for what, (there, needed) in least.items():
        if there < needed:
            raise field_error(
                "podCount",
                f"is {pod_count}: of {instance_count} x {flavor['name']} a pod would have less than {needed} {what}; "
                "choose fewer pods, more instances or a larger instance type",
            )
    return share


class BatchInferenceUpdate(RequestModel):
    """The body of PUT batch-inferences/{id}: what is absent stays as it is."""

    batch_inference_name: Name | None = None
    description: Description | None = None
    tag_list: Tags | None = None


class BatchInference(WireModel):
    """A batch inference as the API answers it."""

    batch_inference_id: str
    batch_inference_name: str
    description: str = ""
    app_key: str
    batch_inference_status_code: BatchInferenceStatus
    batch_inference_status_reason: str = ""
    instance_count: int
    timeout_minutes: int
    flavor: dict[str, Any]
    image: dict[str, Any] | None = None
    model: dict[str, Any]
    """A Model (``resources/model.py``) as it was when it was created."""
    pod_count: int
    pod_resource: dict[str, int] = {}
    """``{"vcpus", "ram", "gpuCount"}`` of each pod."""
    max_batch_size: int
    inference_timeout_seconds: int
    input_data_uri: str
    input_data_type_code: InputDataType
    include_glob_pattern: str | None = None
    exclude_glob_pattern: str | None = None
    output_upload_uri: str
    output_uri: str | None = None
    """Where the results lie once uploaded: a directory of its own below outputUploadUri."""
    data_storage_size: int | None = None
    input_file_count: int = 0
    input_data_count: int = 0
    """Rows."""
    process_count: int = 0
    """Rows dealt with: the sum of the three below."""
    success2xx_count: int = 0
    fail4xx_count: int = 0
    """Rows the model did not accept."""
    fail5xx_count: int = 0
    """Rows the model failed at, or took too long for."""
    elapsed_time_seconds: int = 0
    boot_storage: dict[str, Any] | None = None
    data_storage_list: list[dict[str, Any]] = []
    use_log: bool = False
    log_and_crash_app_key: str | None = None
    tag_list: list[dict[str, str]] = []
    node_list: list[dict[str, Any]] = []
    """``{"node", "phase", "pid", "exitCode"}`` of each pod, as of a training's nodes."""
    progress: dict[str, Any] | None = None
    created_datetime: UtcDatetime
    started_datetime: UtcDatetime | None = None
    ended_datetime: UtcDatetime | None = None
    created_by: str = ""
    log_tail: str = ""
    """The last lines of a failed one's log; only in its detail, empty in lists."""

    @computed_field(alias="success2XxCount")  # type: ignore[prop-decorator]
    @property
    def sdk_success2xx(self) -> int:
        """As the vendor's SDK spells success2xxCount."""
        return self.success2xx_count

    @computed_field(alias="fail4XxCount")  # type: ignore[prop-decorator]
    @property
    def sdk_fail4xx(self) -> int:
        """As the vendor's SDK spells fail4xxCount."""
        return self.fail4xx_count

    @computed_field(alias="fail5XxCount")  # type: ignore[prop-decorator]
    @property
    def sdk_fail5xx(self) -> int:
        """As the vendor's SDK spells fail5xxCount."""
        return self.fail5xx_count
