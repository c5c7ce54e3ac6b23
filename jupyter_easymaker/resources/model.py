"""Models: trained artifacts in a storage, registered under a name."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from pydantic import AliasChoices, Field, model_validator

from .base import Description, Name, RequestModel, StorageUri, Tags, UtcDatetime, WireModel, broken_rule, form_field
from .status import Status

SECTIONS = {
    "basic": "Basic information",
    "framework": "Framework",
    "artifact": "Model artifact",
    "additional": "Additional settings",
}


class ModelStatus(Status):
    ACTIVE = "ACTIVE"

    @classmethod
    def terminal_statuses(cls) -> frozenset[Status]:
        return frozenset({cls.ACTIVE})

    @classmethod
    def transitions(cls) -> dict[Status, frozenset[Status]]:
        return {}


class ModelFormat(StrEnum):
    TENSORFLOW = "TENSORFLOW"
    PYTORCH = "PYTORCH"
    SKLEARN = "SKLEARN"
    ONNX = "ONNX"
    XGBOOST = "XGBOOST"
    LIGHTGBM = "LIGHTGBM"
    PYTHON = "PYTHON"
    """A class of the user's own, in predictor.py."""
    HUGGING_FACE = "HUGGING_FACE"
    TRITON = "TRITON"

    @property
    def known_to_sdk(self) -> bool:
        """The vendor's SDK refuses to read a model of a format it does not know."""
        return self not in (ModelFormat.ONNX, ModelFormat.XGBOOST, ModelFormat.LIGHTGBM, ModelFormat.PYTHON)


class ModelCreate(RequestModel):
    """The body of POST models: from a training, from the best trial of a tuning, or from a path with its framework."""

    model_name: Name = form_field("Name", section="basic")
    description: Description = form_field("Description", section="basic", widget="textarea", default="")
    model_format_code: ModelFormat | None = form_field(
        "Framework",
        "What made the artifact. Taken from the algorithm when the model comes from a provided one.",
        section="framework",
        default=None,
        validation_alias=AliasChoices("modelFormatCode", "frameworkCode", "model_format_code"),
    )
    framework_version: Name | None = form_field("Framework version", section="framework", default=None)
    training_id: str | None = form_field(
        "Training",
        "A COMPLETE training; its output becomes the artifact.",
        section="artifact",
        choices="trainings",
        default=None,
    )
    hyperparameter_tuning_id: str | None = form_field(
        "Hyperparameter tuning",
        "A COMPLETE tuning; the output of its best trial becomes the artifact.",
        section="artifact",
        choices="hyperparameterTunings",
        default=None,
    )
    model_upload_uri: StorageUri | None = form_field(
        "Artifact path",
        "Where the artifact lies: obs://, nas:// or file://.",
        section="artifact",
        widget="uri",
        default=None,
    )
    tag_list: Tags = form_field("Tags", section="additional", widget="tags", default_factory=list)

    @model_validator(mode="after")
    def _one_origin(self) -> ModelCreate:
        origins = (self.training_id, self.hyperparameter_tuning_id, self.model_upload_uri)
        if sum(origin is not None for origin in origins) != 1:
            raise broken_rule("trainingId", "or hyperparameterTuningId or modelUploadUri is needed, and only one")
        if self.model_upload_uri is not None and self.model_format_code is None:
            raise broken_rule("modelFormatCode", "is needed with modelUploadUri")
        return self


class ModelUpdate(RequestModel):
    """The body of PUT models/{id}: what is absent stays as it is."""

    model_name: Name | None = None
    description: Description | None = None
    tag_list: Tags | None = None


class Model(WireModel):
    """A model as the API answers it."""

    model_id: str
    model_name: str
    description: str = ""
    app_key: str
    model_status_code: ModelStatus = ModelStatus.ACTIVE
    model_format_code: ModelFormat | None = None
    """The framework where the vendor's SDK knows it too; see ``framework_code``."""
    framework_code: ModelFormat | None = None
    framework_version: str | None = None
    model_upload_uri: str
    training: dict[str, Any] | None = None
    """``{"trainingId", "trainingName"}`` of the training it was made from."""
    hyperparameter_tuning: dict[str, Any] | None = None
    """``{"hyperparameterTuningId", "hyperparameterTuningName", "trialId"}`` of the tuning whose best trial made it."""
    fine_tuning: dict[str, Any] | None = None
    parameter_list: list[dict[str, str]] = Field(default_factory=list)
    created_datetime: UtcDatetime
    created_by: str = ""
    tag_list: list[dict[str, str]] = []
