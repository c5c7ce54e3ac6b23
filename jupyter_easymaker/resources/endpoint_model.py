"""Stage resources: a model served in a stage under a path, by one or more pods. "EndpointModel" on the wire."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated, Any

from pydantic import AfterValidator, AliasChoices, Field, model_validator
from pydantic_core import PydanticCustomError

from .base import Description, RequestModel, UtcDatetime, WireModel, broken_rule
from .limits import Maximum, MaxLength
from .status import Status

_PATH = re.compile(r"(/[A-Za-z0-9._~-]+)+")
_PROTOCOL_PATHS = ("/v1", "/v2", "/health", "/ready", "/metrics", "/schema")
_CPU = re.compile(r"(\d+(\.\d{1,3})?|\d+m)")
_MEMORY = re.compile(r"(\d+(?:\.\d+)?)(Mi|Gi|M|G)")
_MEBI = {"Mi": 1.0, "Gi": 1024.0, "M": 1e6 / 2**20, "G": 1e9 / 2**20}


class EndpointModelStatus(Status):
    CREATE_REQUESTED = "CREATE_REQUESTED"
    CREATE_IN_PROGRESS = "CREATE_IN_PROGRESS"
    DELETE_IN_PROGRESS = "DELETE_IN_PROGRESS"
    ACTIVE = "ACTIVE"
    CREATE_FAILED = "CREATE_FAILED"

    @classmethod
    def terminal_statuses(cls) -> frozenset[Status]:
        return frozenset({cls.ACTIVE, cls.CREATE_FAILED})

    @classmethod
    def transitions(cls) -> dict[Status, frozenset[Status]]:
        return {
            cls.CREATE_REQUESTED: frozenset(
                {cls.CREATE_IN_PROGRESS, cls.ACTIVE, cls.CREATE_FAILED, cls.DELETE_IN_PROGRESS}
            ),
            cls.CREATE_IN_PROGRESS: frozenset({cls.ACTIVE, cls.CREATE_FAILED, cls.DELETE_IN_PROGRESS}),
            cls.CREATE_FAILED: frozenset({cls.ACTIVE, cls.CREATE_IN_PROGRESS, cls.DELETE_IN_PROGRESS}),
            cls.ACTIVE: frozenset({cls.CREATE_IN_PROGRESS, cls.CREATE_FAILED, cls.DELETE_IN_PROGRESS}),
        }


class ScaleMetric(StrEnum):
    CPU_UTILIZATION = "CPU_UTILIZATION"
    MEMORY_UTILIZATION = "MEMORY_UTILIZATION"
    REQUESTS_IN_FLIGHT = "REQUESTS_IN_FLIGHT"
    """Requests a pod works on at once (ours; the vendor knows the first two)."""


def _resource_path(value: str) -> str:
    if not _PATH.fullmatch(value) or any(part in (".", "..") for part in value.split("/")):
        raise PydanticCustomError(
            "resource_path", "is a path such as /inference: parts of letters, digits and . _ ~ -, each after a /"
        )
    if any(value == own or value.startswith(f"{own}/") for own in _PROTOCOL_PATHS):
        raise PydanticCustomError(
            "resource_path",
            "begins like a path of the model server's own ({paths}); choose another, such as /inference",
            {"paths": ", ".join(_PROTOCOL_PATHS)},
        )
    return value


def _cpu(value: str) -> str:
    if not _CPU.fullmatch(value) or cpus(value) <= 0:
        raise PydanticCustomError("cpu", "is a number of CPUs such as 0.5, 2 or 500m")
    return value


def _memory(value: str) -> str:
    if not _MEMORY.fullmatch(value) or mebibytes(value) < 1:
        raise PydanticCustomError("memory", "is an amount of memory such as 512Mi or 2Gi")
    return value


def cpus(value: str) -> float:
    """Return CPUs from how Kubernetes spells them: ``0.5`` or ``500m``."""
    return float(value[:-1]) / 1000 if value.endswith("m") else float(value)


def mebibytes(value: str) -> int:
    """Return MiB from how Kubernetes spells memory: ``512Mi``, ``2Gi``, ``2G``."""
    found = _MEMORY.fullmatch(value)
    assert found is not None, "checked when it was given"  # noqa: S101
    return int(float(found[1]) * _MEBI[found[2]])


class ResourceOptionDetail(RequestModel):
    """What one pod may use, spelled as Kubernetes does."""

    cpu: Annotated[str, AfterValidator(_cpu)] = Field(title="CPU")
    memory: Annotated[str, AfterValidator(_memory)] = Field(title="Memory")
    gpu: Annotated[str, Field(pattern=r"^\d{1,2}$")] = Field("0", title="GPUs")


class EndpointModelResource(RequestModel):
    """One stage resource as it is asked for."""

    model_id: str = Field(title="Model", json_schema_extra={"x-choices": "models"})
    apigw_resource_uri: Annotated[str, AfterValidator(_resource_path), MaxLength("uri_length")] | None = Field(
        None,
        title="Path",
        description="Such as /inference; empty: only the protocols' own paths, such as /v1/models/{name}/predict.",
        validation_alias=AliasChoices("apigwResourceUri", "resourceUri", "apigw_resource_uri"),
    )
    pod_count: Annotated[int, Field(ge=1), Maximum("endpoint_pods")] = Field(1, title="Pods")
    description: Description = Field("", title="Description")
    resource_option_detail: ResourceOptionDetail | None = Field(
        None,
        title="Resources of a pod",
        description="Empty: an equal share of the stage's instances.",
    )
    pod_auto_scale_enable: bool = Field(False, title="Scale pods automatically")
    scale_metric_code: ScaleMetric | None = Field(None, title="Scaled by")
    scale_metric_target: Annotated[int, Field(ge=1, le=10_000)] | None = Field(
        None, title="Target", description="Percent of a pod's CPU or memory, or requests in flight."
    )

    @model_validator(mode="after")
    def _whole_scaling(self) -> EndpointModelResource:
        if self.pod_auto_scale_enable:
            if self.scale_metric_code is None:
                raise broken_rule("scaleMetricCode", "is needed with podAutoScaleEnable")
            if self.scale_metric_target is None:
                raise broken_rule("scaleMetricTarget", "is needed with podAutoScaleEnable")
            if self.scale_metric_code is not ScaleMetric.REQUESTS_IN_FLIGHT and self.scale_metric_target > 100:
                raise broken_rule("scaleMetricTarget", "is a percentage: 1 to 100")
        elif self.scale_metric_code is not None or self.scale_metric_target is not None:
            raise broken_rule("podAutoScaleEnable", "must be true when scaleMetricCode or scaleMetricTarget is given")
        return self


def unique_paths(resources: list[EndpointModelResource]) -> list[EndpointModelResource]:
    """Refuse two resources that would answer the same calls: the same path, or one model twice in a stage."""
    seen: set[str] = set()
    for resource in resources:
        for what in filter(None, (resource.apigw_resource_uri, resource.model_id)):
            if what in seen:
                raise PydanticCustomError(
                    "duplicate",
                    "names {what} twice; a stage serves a model once, under a path of its own",
                    {"what": what},
                )
            seen.add(what)
    return resources


class EndpointModelCreate(EndpointModelResource):
    """The body of POST endpoint-models: one more resource of a stage."""

    endpoint_stage_id: str


class EndpointModelUpdate(RequestModel):
    """The body of PUT endpoint-models/{id}: what is absent stays. Pods are replaced without a gap in service."""

    description: Description | None = None
    pod_count: Annotated[int, Field(ge=1), Maximum("endpoint_pods")] | None = None
    model_id: str | None = None
    """Another model in its place: a rollout."""


class EndpointModel(WireModel):
    """A stage resource as the API answers it."""

    endpoint_model_id: str
    endpoint_id: str
    endpoint_stage_id: str
    app_key: str
    description: str = ""
    endpoint_model_status_code: EndpointModelStatus
    endpoint_model_status_reason: str = ""
    model_id: str
    model: dict[str, Any]
    """A Model (``resources/model.py``), as SDK 2 reads it."""
    image_id: str | None = None
    stage: dict[str, Any] | None = None
    """``{"stageId", "deployStatus", "stageUrl"}``"""
    apigw_resource_uri: str = ""
    apigw_endpoint_uri: str = ""
    """The whole address without the scheme: stage URL and path."""
    pod_count: int
    running_pod_count: int = 0
    pod_list: list[dict[str, Any]] = []
    """``{"podName", "podStatusCode", "restartCount", "reason", "startedDatetime"}``; see ``Replica``."""
    progress: dict[str, Any] | None = None
    """While the model is brought to its pods: ``{"message", "files", "totalFiles", "bytes", "totalBytes"}``."""
    log_tail: str | None = None
    """Of a failed one: the last lines a pod printed."""
    resource_option_detail: dict[str, Any]
    """``{"cpu", "memory", "gpu"}`` of a pod, as in force."""
    pod_auto_scale_enable: bool = False
    scale_metric_code: ScaleMetric | None = None
    scale_metric_target: int | None = None
    created_datetime: UtcDatetime
    created_by: str = ""
