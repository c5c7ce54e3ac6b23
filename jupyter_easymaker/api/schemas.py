"""The forms' JSON Schemas: made from the same definitions that check what the forms send."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from ..resources import (
    batch_inference,
    endpoint,
    endpoint_model,
    endpoint_stage,
    experiment,
    hyperparameter_tuning,
    image,
    model,
    notebook,
    registry_account,
    training,
)
from .auth import Member
from .envelope import Envelope, Header

router = APIRouter(tags=["schemas"])


class Form(StrEnum):
    EXPERIMENT = "experiment"
    TRAINING = "training"
    HYPERPARAMETER_TUNING = "hyperparameter-tuning"
    MODEL = "model"
    BATCH_INFERENCE = "batch-inference"
    ENDPOINT = "endpoint"
    ENDPOINT_STAGE = "endpoint-stage"
    ENDPOINT_MODEL = "endpoint-model"
    NOTEBOOK = "notebook"
    IMAGE = "image"
    REGISTRY_ACCOUNT = "registry-account"


_FORMS: dict[Form, tuple[type[BaseModel], dict[str, str]]] = {
    Form.EXPERIMENT: (experiment.ExperimentCreate, experiment.SECTIONS),
    Form.TRAINING: (training.TrainingCreate, training.SECTIONS),
    Form.HYPERPARAMETER_TUNING: (
        hyperparameter_tuning.HyperparameterTuningCreate,
        hyperparameter_tuning.SECTIONS,
    ),
    Form.MODEL: (model.ModelCreate, model.SECTIONS),
    Form.BATCH_INFERENCE: (batch_inference.BatchInferenceCreate, batch_inference.SECTIONS),
    Form.ENDPOINT: (endpoint.EndpointCreate, endpoint.SECTIONS),
    Form.ENDPOINT_STAGE: (endpoint_stage.EndpointStageCreate, endpoint.SECTIONS),
    Form.ENDPOINT_MODEL: (endpoint_model.EndpointModelCreate, {}),
    Form.NOTEBOOK: (notebook.NotebookCreate, notebook.SECTIONS),
    Form.IMAGE: (image.ImageCreate, image.SECTIONS),
    Form.REGISTRY_ACCOUNT: (registry_account.RegistryAccountCreate, registry_account.SECTIONS),
}


class FormSchema(Envelope):
    json_schema: dict[str, Any] = Field(alias="schema")
    sections: dict[str, str]


@router.get("/schemas/{form}", response_model=FormSchema)
def get_schema(form: Form, _caller: Member) -> Any:
    """Return the JSON Schema of a resource's create body and the titles of its sections."""
    body, sections = _FORMS[form]
    schema = body.model_json_schema(by_alias=True)
    return FormSchema.model_validate({"header": Header(), "schema": schema, "sections": sections})
