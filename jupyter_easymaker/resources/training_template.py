"""Training templates: settings of a training or a tuning put aside, to fill the form of another with."""

from __future__ import annotations

from copy import copy
from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field, create_model

from .base import Description, Name, RequestModel, Tags, UtcDatetime, WireModel, form_field
from .hyperparameter_tuning import HyperparameterTuningCreate
from .status import Status
from .training import TrainingCreate

SECTIONS = {"basic": "Basic information", "additional": "Additional settings"}
_OF_ONE_TRAINING = {
    "training_name",
    "hyperparameter_tuning_name",
    "training_type_code",
    "experiment_name",
    "experiment_description",
    "source_git",
    "copied_from_training_id",
}


class TrainingTemplateStatus(Status):
    ACTIVE = "ACTIVE"

    @classmethod
    def terminal_statuses(cls) -> frozenset[Status]:
        return frozenset({cls.ACTIVE})

    @classmethod
    def transitions(cls) -> dict[Status, frozenset[Status]]:
        return {}


class TrainingTemplateKind(StrEnum):
    """Whose form a template fills."""

    TRAINING = "TRAINING"
    HYPERPARAMETER_TUNING = "HYPERPARAMETER_TUNING"


def _optional(info: Any) -> tuple[Any, Any]:
    """Return a field of the training as one that may be left out; what it accepts stays the same."""
    field = copy(info)
    field.default, field.default_factory = None, None
    annotation = Annotated[info.annotation, *info.metadata] if info.metadata else info.annotation
    field.metadata = []
    return annotation | None, field


# Any: the type checker cannot know the fields of a model made from another's.
_FIELDS: Any = {
    name: _optional(info)
    for name, info in {**HyperparameterTuningCreate.model_fields, **TrainingCreate.model_fields}.items()
    if name not in _OF_ONE_TRAINING
}
TrainingTemplateContent = create_model(
    "TrainingTemplateContent",
    __base__=RequestModel,
    __doc__="Any of a training's or a tuning's settings: each is checked as a training's, and none is needed.",
    **_FIELDS,
)


class TrainingTemplateCreate(RequestModel):
    """The body of POST training-templates."""

    training_template_name: Name = form_field("Name", "Unique in the project.", section="basic")
    description: Description = form_field("Description", section="basic", widget="textarea", default="")
    kind: TrainingTemplateKind = form_field(
        "Kind", "Whose form it fills.", section="basic", default=TrainingTemplateKind.TRAINING
    )
    content: TrainingTemplateContent = Field(  # type: ignore[valid-type]
        description="What the form is filled with."
    )
    tag_list: Tags = form_field("Tags", section="additional", widget="tags", default_factory=list)


class TrainingTemplateUpdate(RequestModel):
    """The body of PUT training-templates/{id}: what is absent stays as it is; content is replaced as a whole."""

    training_template_name: Name | None = None
    description: Description | None = None
    kind: TrainingTemplateKind | None = None
    content: TrainingTemplateContent | None = None  # type: ignore[valid-type]
    tag_list: Tags | None = None


class TrainingTemplateCopy(RequestModel):
    """The body of POST training-templates/{id}/copy, which may be left out."""

    training_template_name: Name | None = Field(None, description="Its name; else the original's with -copy after it.")
    description: Description | None = None


class TrainingTemplate(WireModel):
    """A template as the API answers it."""

    training_template_id: str
    training_template_name: str
    description: str = ""
    app_key: str
    kind: TrainingTemplateKind = TrainingTemplateKind.TRAINING
    content: dict[str, Any]
    """A part of the body of POST trainings or POST hyperparameter-tunings."""
    created_datetime: UtcDatetime
    created_by: str = ""
    tag_list: list[dict[str, str]] = []
