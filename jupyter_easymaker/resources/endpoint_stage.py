"""Stages of endpoints: a set of models on instances of one type, with an address of its own."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from .base import (
    AddressName,
    Description,
    RequestModel,
    Tags,
    UtcDatetime,
    WireModel,
    broken_rule,
    form_field,
    in_order,
)
from .endpoint_model import EndpointModel, EndpointModelResource, unique_paths
from .limits import Maximum, MaxItems, Minimum
from .status import Status

STAGE_SECTIONS = {
    "resources": "Stage resources",
    "instance": "Instances",
    "autoscaler": "Autoscaler",
    "additional": "Additional settings",
}

DEFAULT_STAGE_NAME = "default"
"""The name of the stage an endpoint is created with."""


class EndpointStageStatus(Status):
    CREATE_REQUESTED = "CREATE_REQUESTED"
    CREATE_IN_PROGRESS = "CREATE_IN_PROGRESS"
    DEPLOY_IN_PROGRESS = "DEPLOY_IN_PROGRESS"
    """Models are being added, changed or removed."""
    DELETE_IN_PROGRESS = "DELETE_IN_PROGRESS"
    ACTIVE = "ACTIVE"
    CREATE_FAILED = "CREATE_FAILED"
    DEPLOY_FAILED = "DEPLOY_FAILED"

    @classmethod
    def terminal_statuses(cls) -> frozenset[Status]:
        return frozenset({cls.ACTIVE, cls.CREATE_FAILED, cls.DEPLOY_FAILED})

    @classmethod
    def transitions(cls) -> dict[Status, frozenset[Status]]:
        created = {cls.ACTIVE, cls.DEPLOY_IN_PROGRESS, cls.DEPLOY_FAILED}
        return {
            cls.CREATE_REQUESTED: frozenset(
                {cls.CREATE_IN_PROGRESS, cls.CREATE_FAILED, cls.DELETE_IN_PROGRESS, *created}
            ),
            cls.CREATE_IN_PROGRESS: frozenset({cls.CREATE_FAILED, cls.DELETE_IN_PROGRESS, *created}),
            cls.CREATE_FAILED: frozenset({cls.DELETE_IN_PROGRESS, cls.CREATE_IN_PROGRESS, *created}),
            cls.DEPLOY_IN_PROGRESS: frozenset({cls.ACTIVE, cls.DEPLOY_FAILED, cls.DELETE_IN_PROGRESS}),
            cls.ACTIVE: frozenset({cls.DEPLOY_IN_PROGRESS, cls.DEPLOY_FAILED, cls.DELETE_IN_PROGRESS}),
            cls.DEPLOY_FAILED: frozenset({cls.ACTIVE, cls.DEPLOY_IN_PROGRESS, cls.DELETE_IN_PROGRESS}),
        }


class StageSettings(RequestModel):
    """What runs in a stage and on what: shared by a new endpoint and a new stage."""

    description: Description = form_field("Description", section="basic", widget="textarea", default="")
    endpoint_model_resource_list: Annotated[
        list[EndpointModelResource],
        Field(min_length=1),
        MaxItems("stage_resources"),
        AfterValidator(unique_paths),
    ] = form_field("Stage resources", "Which models are served, each under a path.", section="resources", widget="rows")
    flavor_id: str = form_field(
        "Instance type", "CPU, memory and GPUs of each instance.", section="instance", choices="flavors"
    )
    node_count: Annotated[int, Maximum("endpoint_instances")] = form_field(
        "Instances", "Its pods share what the instances have together.", section="instance", default=1, ge=1
    )
    ca_enable: bool = form_field(
        "Autoscaler",
        "Add and remove instances, and pods with them, as the load asks.",
        section="autoscaler",
        default=False,
    )
    ca_min_node_count: Annotated[int, Maximum("endpoint_instances")] = form_field(
        "Minimum instances", section="autoscaler", default=1, ge=1
    )
    ca_max_node_count: Annotated[int, Maximum("endpoint_instances")] = form_field(
        "Maximum instances", section="autoscaler", default=10, ge=1
    )
    ca_scale_down_enable: bool = form_field(
        "Scale down", "Remove instances that are not needed.", section="autoscaler", default=True
    )
    ca_scale_down_util_thresh: int = form_field(
        "Use threshold (%)",
        "Instances are removed when their use is below this ...",
        section="autoscaler",
        default=50,
        ge=1,
        le=100,
    )
    ca_scale_down_unneeded_time: Annotated[int, Minimum("scale_delay_min_minutes")] = form_field(
        "Below threshold for (minutes)", "... for this long.", section="autoscaler", default=10
    )
    ca_scale_down_delay_after_add: Annotated[int, Minimum("scale_delay_min_minutes")] = form_field(
        "Delay after adding (minutes)",
        "After instances were added nothing is removed for this long.",
        section="autoscaler",
        default=10,
    )
    use_log: bool = form_field(
        "Log management", "Keep the models' logs searchable.", section="additional", default=False
    )
    tag_list: Tags = form_field("Tags", section="additional", widget="tags", default_factory=list)

    @model_validator(mode="after")
    def _consistent_autoscaler(self) -> Self:
        if self.ca_enable:
            if self.ca_min_node_count > self.ca_max_node_count:
                raise broken_rule("caMinNodeCount", "must not exceed caMaxNodeCount")
            if not self.ca_min_node_count <= self.node_count <= self.ca_max_node_count:
                raise broken_rule("nodeCount", "must lie between caMinNodeCount and caMaxNodeCount")
        return self


class EndpointStageCreate(StageSettings):
    """The body of POST endpoint-stages: one more stage of an endpoint."""

    model_config = ConfigDict(json_schema_extra=in_order("endpointId", "apigwStageName"))

    endpoint_id: str = form_field("Endpoint", section="basic", choices="endpoints")
    apigw_stage_name: AddressName = form_field(
        "Stage name", "Part of the address; unique in the endpoint.", section="basic"
    )


class EndpointStageUpdate(RequestModel):
    """The body of PUT endpoint-stages/{id}: what is absent stays as it is."""

    description: Description | None = None
    tag_list: Tags | None = None
    node_count: Annotated[int, Field(ge=1), Maximum("endpoint_instances")] | None = None
    ca_enable: bool | None = None
    ca_min_node_count: Annotated[int, Field(ge=1), Maximum("endpoint_instances")] | None = None
    ca_max_node_count: Annotated[int, Field(ge=1), Maximum("endpoint_instances")] | None = None
    ca_scale_down_enable: bool | None = None
    ca_scale_down_util_thresh: Annotated[int, Field(ge=1, le=100)] | None = None
    ca_scale_down_unneeded_time: Annotated[int, Minimum("scale_delay_min_minutes")] | None = None
    ca_scale_down_delay_after_add: Annotated[int, Minimum("scale_delay_min_minutes")] | None = None


class AutoScaler(WireModel):
    """A stage's autoscaler, spelled as the vendor's SDK reads it."""

    enable: bool
    min_node_count: int
    max_node_count: int
    scale_down_enable: bool
    scale_down_util_thresh_percentage: int
    scale_down_unneeded_minute: int
    scale_down_delay_after_add_minute: int


class EndpointStage(WireModel):
    """A stage as the API answers it."""

    endpoint_stage_id: str
    endpoint_id: str
    endpoint_stage_name: str
    description: str = ""
    app_key: str
    endpoint_stage_status_code: EndpointStageStatus
    endpoint_stage_status_reason: str = ""
    apigw_stage_id: str = ""
    apigw_stage_name: str = ""
    apigw_stage_url: str = ""
    """Without the scheme, as the vendor's; calls go to ``https://{apigw_stage_url}{path}``."""
    deploy_status: str = ""
    """A GatewayStatus."""
    deploy_status_reason: str = ""
    is_default_stage: bool
    default_stage: bool
    """The same, as SDK 1 reads it."""
    weight: int = 0
    """Its share of the default address's calls, in percent, rounded."""
    flavor: dict[str, Any]
    auto_scaler: AutoScaler
    node_count: int
    """Instances running."""
    is_active_node_group_status: bool = True
    is_cluster_latest: bool = True
    expired_datetime: UtcDatetime | None = None
    """Where the cluster its pods run on is an old version: until when it is supported (E11)."""
    pod_count: int = 0
    """Pods wanted, of all its resources."""
    running_pod_count: int = 0
    """Pods that answer."""
    endpoint_model_list: list[EndpointModel] = []
    use_log: bool = False
    log_and_crash_app_key: str | None = None
    tag_list: list[dict[str, str]] = []
    created_datetime: UtcDatetime
    created_by: str = ""
