"""Which stage answers an endpoint's default address, and who may call: default stage, canary weights, API keys."""

from __future__ import annotations

import secrets
from typing import Annotated, Any

from fastapi import APIRouter, Body
from sqlalchemy.orm import Session

from ..resources.endpoint import ApiKey, ApiKeyCreate, DefaultStageChange, Endpoint, TrafficChange
from ..resources.endpoint_stage import EndpointStageStatus
from ..resources.errors import EasyMakerError, ResultCode, field_error
from ..store import endpoint_stages, endpoints
from ..store.endpoint_tables import EndpointApiKeyRow, EndpointRow, EndpointStageRow
from .auth import Member
from .context import Context
from .endpoint_checks import find_endpoint, require_staying
from .endpoint_views import endpoint_views
from .envelope import Envelope, envelope, success
from .experiments import require

router = APIRouter(tags=["endpoints"])
Answer = envelope("EndpointTrafficAnswer", endpoint=Endpoint)
_MAX_KEYS = 100


@router.put("/endpoints/{endpoint_id}/default-stage", response_model=Answer)
def change_default_stage(
    appkey: str, endpoint_id: str, context: Context, _caller: Member, body: Annotated[DefaultStageChange, Body()]
) -> Any:
    """Have another stage answer the default address, without a gap; the old default stage is then deleted."""
    with context.database.session() as session:
        row = find_endpoint(session, appkey, endpoint_id, lock=True)
        require_staying(row, "endpoint")
        stage = _serving(session, row, body.endpoint_stage_id, "endpointStageId")
        if stage.id != row.default_stage_id:
            old = _stage_of(session, row, row.default_stage_id)
            written = endpoints.transition(session, row, None, default_stage_id=stage.id, traffic={})
            require(written, "endpoint", row.name)
            if old is not None:
                retired = endpoint_stages.transition(session, old, None, retired=True)
                require(retired, "stage", old.name)
            if stage.retired:
                require(endpoint_stages.transition(session, stage, None, retired=False), "stage", stage.name)
        (endpoint,) = endpoint_views(context, session, [row])
    context.wake_endpoints()
    return success(endpoint=endpoint)


@router.put("/endpoints/{endpoint_id}/traffic", response_model=Answer)
def change_traffic(
    appkey: str, endpoint_id: str, context: Context, _caller: Member, body: Annotated[TrafficChange, Body()]
) -> Any:
    """Share the default address's calls among stages by weight (canary); an empty list: all to the default stage."""
    with context.database.session() as session:
        row = find_endpoint(session, appkey, endpoint_id, lock=True)
        require_staying(row, "endpoint")
        weights: dict[str, int] = {}
        for index, each in enumerate(body.weight_list):
            field = f"weightList.{index}.endpointStageId"
            if each.endpoint_stage_id in weights:
                raise field_error(field, "is named twice; name each stage once")
            if each.weight:
                _serving(session, row, each.endpoint_stage_id, field)
            elif _stage_of(session, row, each.endpoint_stage_id) is None:
                raise field_error(field, f"is {each.endpoint_stage_id!r}; the endpoint has no such stage")
            weights[each.endpoint_stage_id] = each.weight
        if weights and not sum(weights.values()):
            raise field_error("weightList", "gives every stage 0; give at least one of them some")
        require(endpoints.transition(session, row, None, traffic=weights), "endpoint", row.name)
        (endpoint,) = endpoint_views(context, session, [row])
    context.wake_endpoints()
    return success(endpoint=endpoint)


def _stage_of(session: Session, row: EndpointRow, stage_id: str) -> EndpointStageRow | None:
    stage = endpoint_stages.get(session, row.appkey, stage_id, lock=True)
    return stage if stage is not None and stage.endpoint_id == row.id else None


def _serving(session: Session, row: EndpointRow, stage_id: str, field: str) -> EndpointStageRow:
    """Return a stage that can answer calls.

    Raises:
        EasyMakerError: there is none of this id, or it cannot.
    """
    stage = _stage_of(session, row, stage_id)
    if stage is None:
        raise field_error(field, f"is {stage_id!r}; the endpoint {row.name} has no such stage")
    if stage.status != EndpointStageStatus.ACTIVE:
        raise EasyMakerError(
            ResultCode.WRONG_STATUS, f"The stage {stage.name} is {stage.status}; only an ACTIVE one can get calls."
        )
    return stage


@router.get("/endpoints/{endpoint_id}/api-keys", response_model=envelope("ApiKeyList", api_key_list=list[ApiKey]))
def list_api_keys(appkey: str, endpoint_id: str, context: Context, _caller: Member) -> Any:
    """List an endpoint's keys, without the keys themselves."""
    with context.database.reading() as session:
        row = find_endpoint(session, appkey, endpoint_id)
        found = endpoints.api_keys(session, [row.id]).get(row.id, [])
    return success(api_key_list=[_key(each) for each in found if not each.internal])


@router.post("/endpoints/{endpoint_id}/api-keys", response_model=envelope("ApiKeyAnswer", api_key=ApiKey))
def create_api_key(
    appkey: str, endpoint_id: str, context: Context, caller: Member, body: Annotated[ApiKeyCreate, Body()]
) -> Any:
    """Make a key; this answer alone holds it."""
    secret = secrets.token_urlsafe(32)
    with context.encryption.writing(), context.database.session() as session:
        row = find_endpoint(session, appkey, endpoint_id, lock=True)
        require_staying(row, "endpoint")
        if len(endpoints.api_keys(session, [row.id]).get(row.id, [])) > _MAX_KEYS:
            raise EasyMakerError(ResultCode.CONFLICT, f"An endpoint has at most {_MAX_KEYS} keys; delete one first.")
        made = endpoints.add_api_key(
            session,
            endpoint_id=row.id,
            name=body.api_key_name,
            secret=context.encryption.encrypt(secret),
            created_by=caller.user_id,
        )
        require(endpoints.transition(session, row, None), "endpoint", row.name)  # so that listeners hear of it
    context.wake_endpoints()
    key = _key(made)
    key.api_key = secret
    return success(api_key=key)


@router.delete("/endpoints/{endpoint_id}/api-keys/{key_id}", response_model=Envelope)
def delete_api_key(appkey: str, endpoint_id: str, key_id: str, context: Context, _caller: Member) -> Any:
    """Delete a key: calls with it are refused from a moment later on."""
    with context.database.session() as session:
        row = find_endpoint(session, appkey, endpoint_id, lock=True)
        if not endpoints.delete_api_key(session, row.id, key_id):
            raise EasyMakerError(ResultCode.NOT_FOUND, f"The endpoint {row.name} has no key {key_id}.")
        require(endpoints.transition(session, row, None), "endpoint", row.name)
    context.wake_endpoints()
    return success()


def _key(row: EndpointApiKeyRow) -> ApiKey:
    return ApiKey(api_key_id=row.id, api_key_name=row.name, created_datetime=row.created_at, created_by=row.created_by)
