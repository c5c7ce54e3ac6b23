"""How code is run, on what and with what: the settings a training and a tuning have in common."""

from __future__ import annotations

import re
from typing import Annotated, Any, Self

from pydantic import AfterValidator, AliasChoices, Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from .base import Description, Name, RequestModel, StorageUri, Tags, broken_rule, form_field
from .limits import Maximum, MaxItems, MaxLength, Minimum
from .lineage import SourceGit
from .metric import MetricRegex

SECTIONS = {
    "basic": "Basic information",
    "algorithm": "Algorithm",
    "image": "Image",
    "resources": "Training resources",
    "input": "Input data",
    "output": "Output data",
    "additional": "Additional settings",
}

_DATASET_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_HYPERPARAMETER_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")


def environment_key(name: str) -> str:
    """Return the name as environment variables spell it: upper case, everything else an underscore."""
    return re.sub(r"[^A-Z0-9]", "_", name.upper())


def _dataset_name(value: str) -> str:
    if not _DATASET_NAME.fullmatch(value):
        raise PydanticCustomError(
            "dataset_name", "may hold letters, digits, - and _, and starts with a letter or digit"
        )
    return value


def check_hyperparameter_name(value: str) -> str:
    if not _HYPERPARAMETER_NAME.fullmatch(value):
        raise PydanticCustomError(
            "hyperparameter_name", "may hold letters, digits, _ . and -, and starts with a letter or _"
        )
    return value


def _no_nul(value: str) -> str:
    if "\x00" in value:
        raise PydanticCustomError("control_character", "holds a NUL character; remove it")
    return value


class Dataset(RequestModel):
    """A named input: staged to a directory whose path the script finds in ``EM_DATASET_{NAME}``."""

    dataset_name: Annotated[str, AfterValidator(_dataset_name), MaxLength("name_length")] = Field(title="Name")
    data_uri: StorageUri = Field(title="Path")


class Hyperparameter(RequestModel):
    """One value passed to the script as ``--key value``."""

    parameter_name: Annotated[str, AfterValidator(check_hyperparameter_name), MaxLength("name_length")] = Field(
        title="Key", validation_alias=AliasChoices("parameterName", "parameterKey", "parameter_name")
    )
    parameter_value: Annotated[str, AfterValidator(_no_nul), MaxLength("hyperparameter_value_length")] = Field(
        "", title="Value"
    )

    @field_validator("parameter_value", mode="before")
    @classmethod
    def _number_is_text(cls, value: Any) -> Any:
        if isinstance(value, bool):
            return str(value).lower()
        return str(value) if isinstance(value, int | float) else value


def unique_by_key(entries: list[Any], key: Any, what: str) -> list[Any]:
    """Refuse two entries whose names environment variables spell the same."""
    seen: dict[str, str] = {}
    for entry in entries:
        name = key(entry)
        spelled = environment_key(name)
        if spelled in seen:
            raise PydanticCustomError(
                "duplicate",
                "has {what} {first} and {second}, which are the same in environment variables; rename one",
                {"what": what, "first": seen[spelled], "second": name},
            )
        seen[spelled] = name
    return entries


def _entry_point(value: str) -> str:
    parts = value.split("/")
    if value.startswith("/") or "\\" in value or any(part in ("", ".", "..") for part in parts):
        raise PydanticCustomError(
            "entry_point", "must be a file name or a path inside the source directory, such as train.py"
        )
    if not value.endswith((".py", ".ipynb")):
        raise PydanticCustomError("entry_point", "must end in .py or .ipynb")
    return value


EntryPoint = Annotated[str, AfterValidator(_no_nul), AfterValidator(_entry_point), MaxLength("uri_length")]


class TrainingSettings(RequestModel):
    """How code is run: what a training and a tuning's trials have in common."""

    description: Description = form_field("Description", section="basic", widget="textarea", default="")
    experiment_id: str | None = form_field(
        "Experiment",
        "The experiment the training belongs to.",
        section="basic",
        choices="experiments",
        default=None,
    )
    experiment_name: Name | None = form_field(
        "New experiment", "Made on the spot when no experiment is chosen.", section="basic", default=None
    )
    experiment_description: Description = form_field(
        "Description of the new experiment", section="basic", widget="textarea", default=""
    )
    algorithm_id: str | None = form_field(
        "Provided algorithm",
        "Leave empty to run your own code.",
        section="algorithm",
        choices="algorithms",
        default=None,
    )
    source_dir_uri: StorageUri | None = form_field(
        "Source directory",
        "The directory your code lies in; a requirements.txt in it is installed first.",
        section="algorithm",
        widget="uri",
        default=None,
    )
    entry_point: EntryPoint | None = form_field(
        "Entry point",
        "The .py or .ipynb file in the source directory to run.",
        section="algorithm",
        default=None,
    )
    image_id: str = form_field("Image", "The environment the code runs in.", section="image", choices="images")
    flavor_id: str = form_field(
        "Instance type", "CPU, memory and GPUs of each node.", section="resources", choices="flavors"
    )
    instance_count: Annotated[int, Maximum("nodes")] = form_field(
        "Nodes", "More than one for distributed training.", section="resources", default=1, ge=1
    )
    use_torchrun: bool = form_field("Use torchrun", section="resources", default=False)
    nproc_per_node: Annotated[int, Maximum("nodes")] = form_field(
        "Processes per node", "With torchrun only.", section="resources", default=1, ge=0
    )
    dataset_list: Annotated[
        list[Dataset],
        MaxItems("datasets"),
        AfterValidator(lambda v: unique_by_key(v, lambda d: d.dataset_name, "the data sets")),
    ] = form_field("Data sets", section="input", default_factory=list)
    check_point_input_uri: StorageUri | None = form_field(
        "Input checkpoint",
        "Continue from the checkpoint in this directory.",
        section="input",
        widget="uri",
        default=None,
    )
    model_upload_uri: StorageUri = form_field(
        "Output path",
        "What the code leaves in EM_MODEL_DIR is uploaded to a directory of the training's own here.",
        section="output",
        widget="uri",
    )
    check_point_upload_uri: StorageUri | None = form_field(
        "Checkpoint path",
        "What the code leaves in EM_CHECKPOINT_DIR is uploaded below here.",
        section="output",
        widget="uri",
        default=None,
    )
    timeout_minutes: Annotated[int, Minimum("timeout_min_minutes"), Maximum("timeout_minutes")] = form_field(
        "Maximum time (minutes)", "Past it the training is ended.", section="additional", default=720 * 60
    )
    data_storage_size: Annotated[int, Maximum("data_storage_max_gb")] | None = form_field(
        "Data storage (GB)",
        "Inputs larger than this are refused; empty: as much as the machine has.",
        section="additional",
        default=None,
        ge=1,
    )
    use_log: bool = form_field(
        "Log management", "Keep the log searchable after the training.", section="additional", default=False
    )
    metric_regex: MetricRegex | None = form_field(
        "Metric format",
        "A regular expression with a group for the name and one for the value; empty: name=value.",
        section="additional",
        default=None,
    )
    tag_list: Tags = form_field("Tags", section="additional", widget="tags", default_factory=list)
    source_git: SourceGit | None = Field(None, description="The commit the code comes from, told by who sends it.")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if (self.experiment_id is None) == (self.experiment_name is None):
            raise broken_rule("experimentId", "is needed, or experimentName for a new experiment; not both")
        if self.algorithm_id is None:
            if self.source_dir_uri is None:
                raise broken_rule("sourceDirUri", "is needed unless algorithmId is given")
            if self.entry_point is None:
                raise broken_rule("entryPoint", "is needed unless algorithmId is given")
        elif self.source_dir_uri is not None or self.entry_point is not None:
            raise broken_rule("algorithmId", "does not go with sourceDirUri and entryPoint; give one or the other")
        if not self.use_torchrun:
            if self.nproc_per_node > 1:
                raise broken_rule("nprocPerNode", "above 1 needs useTorchrun")
            self.nproc_per_node = 1  # SDK 1.1.6 sends 0 for "no torchrun"
        elif self.nproc_per_node < 1:
            raise broken_rule("nprocPerNode", "must be at least 1 with useTorchrun")
        if self.use_torchrun and (self.algorithm_id or (self.entry_point or "").endswith(".ipynb")):
            raise broken_rule("useTorchrun", "needs a .py entry point of your own")
        return self
