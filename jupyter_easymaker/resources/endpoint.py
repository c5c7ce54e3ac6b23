"""Endpoints: models behind a stable address. An endpoint has stages, a stage runs models ("stage resources").

The vendor spells the parts Endpoint, EndpointStage and EndpointModel, and the gateway ``apigw``; so does the wire.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

from pydantic import ConfigDict, Field

from .base import AddressName, Description, Name, RequestModel, Tags, UtcDatetime, WireModel, form_field, in_order
from .endpoint_stage import STAGE_SECTIONS, EndpointStage, StageSettings
from .status import Status

SECTIONS = {"basic": "Endpoint", **STAGE_SECTIONS}


class EndpointStatus(Status):
    CREATE_REQUESTED = "CREATE_REQUESTED"
    CREATE_IN_PROGRESS = "CREATE_IN_PROGRESS"
    UPDATE_IN_PROGRESS = "UPDATE_IN_PROGRESS"
    """Something is under way in one of its stages."""
    DELETE_IN_PROGRESS = "DELETE_IN_PROGRESS"
    ACTIVE = "ACTIVE"
    CREATE_FAILED = "CREATE_FAILED"
    UPDATE_FAILED = "UPDATE_FAILED"
    """One of its stages does not serve; delete that stage and create it again."""

    @classmethod
    def terminal_statuses(cls) -> frozenset[Status]:
        return frozenset({cls.ACTIVE, cls.CREATE_FAILED, cls.UPDATE_FAILED})

    @classmethod
    def transitions(cls) -> dict[Status, frozenset[Status]]:
        # The status of an endpoint follows from its stages', which may change at any time.
        created = {cls.ACTIVE, cls.UPDATE_IN_PROGRESS, cls.UPDATE_FAILED}
        return {
            cls.CREATE_REQUESTED: frozenset(
                {cls.CREATE_IN_PROGRESS, cls.CREATE_FAILED, cls.DELETE_IN_PROGRESS, *created}
            ),
            cls.CREATE_IN_PROGRESS: frozenset({cls.CREATE_FAILED, cls.DELETE_IN_PROGRESS, *created}),
            cls.CREATE_FAILED: frozenset({cls.DELETE_IN_PROGRESS, cls.CREATE_IN_PROGRESS, *created}),
            cls.ACTIVE: frozenset({cls.UPDATE_IN_PROGRESS, cls.UPDATE_FAILED, cls.DELETE_IN_PROGRESS}),
            cls.UPDATE_IN_PROGRESS: frozenset({cls.ACTIVE, cls.UPDATE_FAILED, cls.DELETE_IN_PROGRESS}),
            cls.UPDATE_FAILED: frozenset({cls.ACTIVE, cls.UPDATE_IN_PROGRESS, cls.DELETE_IN_PROGRESS}),
        }


class GatewayStatus(StrEnum):
    """Where a stage stands in the gateway."""

    CREATE_IN_PROGRESS = "CREATE_IN_PROGRESS"
    STAGE_DEPLOYING = "STAGE_DEPLOYING"
    ACTIVE = "ACTIVE"
    NOT_FOUND_STAGE = "NOT_FOUND_STAGE"
    """The gateway does not know the stage: its configuration was changed behind our back. Deploy it again."""
    NOT_FOUND_STAGE_DEPLOY_RESULT = "NOT_FOUND_STAGE_DEPLOY_RESULT"
    """The gateway does not answer what it has deployed."""
    STAGE_DEPLOY_FAIL = "STAGE_DEPLOY_FAIL"
    """The gateway refused the stage's configuration, or it could not be written. Deploy it again."""


class EndpointCreate(StageSettings):
    """The body of POST endpoints: an endpoint and its first stage, which becomes the default stage."""

    model_config = ConfigDict(json_schema_extra=in_order("endpointName"))

    endpoint_name: AddressName = form_field("Name", "Part of the address; unique in the project.", section="basic")
    use_api_key: bool = form_field(
        "Require an API key",
        "Calls without a key of this endpoint in the header X-Api-Key are refused.",
        section="basic",
        default=False,
    )


class EndpointUpdate(RequestModel):
    """The body of PUT endpoints/{id}: what is absent stays as it is. The name is part of the address and stays."""

    description: Description | None = None
    tag_list: Tags | None = None
    use_api_key: bool | None = None


class DefaultStageChange(RequestModel):
    """The body of PUT endpoints/{id}/default-stage. The old default stage's resources are removed after the change."""

    endpoint_stage_id: str


class StageWeight(RequestModel):
    """What share of the default address's calls a stage gets: weight / sum of weights."""

    endpoint_stage_id: str
    weight: Annotated[int, Field(ge=0, le=100)]


class TrafficChange(RequestModel):
    """The body of PUT endpoints/{id}/traffic (canary). Stages not named get nothing; empty: all to the default."""

    weight_list: list[StageWeight]


class ApiKeyCreate(RequestModel):
    """The body of POST endpoints/{id}/api-keys. The key is answered once and never shown again."""

    api_key_name: Name


class ApiKey(WireModel):
    """A key of an endpoint."""

    api_key_id: str
    api_key_name: str
    api_key: str | None = None
    """Only in the answer to its creation."""
    created_datetime: UtcDatetime
    created_by: str = ""


class Endpoint(WireModel):
    """An endpoint as the API answers it."""

    endpoint_id: str
    endpoint_name: str
    description: str = ""
    app_key: str
    endpoint_status_code: EndpointStatus
    endpoint_status_reason: str = ""
    apigw_app_key: str = ""
    apigw_region: str = ""
    apigw_service_id: str = ""
    """The vendor's gateway; here the appkey, the region and the endpoint itself."""
    apigw_status_code: GatewayStatus
    """Of the default stage."""
    default_stage_url: str = ""
    """Without the scheme, as the vendor's; calls go to ``https://{default_stage_url}{path}``."""
    default_stage: EndpointStage | None = None
    endpoint_stage_list: list[EndpointStage] = []
    traffic_list: list[dict[str, Any]] = []
    """``{"endpointStageId", "weight"}`` of a canary; empty: all to the default stage."""
    use_api_key: bool = False
    image: dict[str, Any] | None = None
    boot_storage: dict[str, Any] | None = None
    data_storage_list: list[dict[str, Any]] = []
    tag_list: list[dict[str, str]] = []
    created_datetime: UtcDatetime
    created_by: str = ""
