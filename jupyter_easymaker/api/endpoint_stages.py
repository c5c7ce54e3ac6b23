"""Stages of endpoints over REST."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Body, Query
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ..gateway.base import GatewayError
from ..resources.base import new_id
from ..resources.endpoint import GatewayStatus
from ..resources.endpoint_stage import (
    EndpointStage,
    EndpointStageCreate,
    EndpointStageStatus,
    EndpointStageUpdate,
    StageSettings,
)
from ..resources.errors import EasyMakerError, FieldError, ResultCode, field_error
from ..resources.flavor import Flavor
from ..store import endpoint_models, endpoint_stages
from ..store.endpoint_tables import EndpointRow, EndpointStageRow
from ..store.quotas import of_stage
from .auth import Member
from .context import ApiContext, Context
from .endpoint_checks import (
    Chosen,
    check_artifacts,
    check_fits,
    check_stage,
    check_staying,
    find_endpoint,
    find_stage,
    require_staying,
)
from .endpoint_views import stage_views
from .envelope import Envelope, Paging, envelope, success
from .experiments import require
from .listing import Listing, values
from .quota_checks import check_quota
from .updates import changed_columns

router = APIRouter(tags=["endpoint stages"])
Answer = envelope("EndpointStageAnswer", endpoint_stage=EndpointStage)
ListAnswer = envelope("EndpointStageList", endpoint_stage_list=list[EndpointStage], paging=Paging)


@router.post("/endpoint-stages", response_model=Answer)
def create_stage(appkey: str, context: Context, caller: Member, body: Annotated[EndpointStageCreate, Body()]) -> Any:
    """Create one more stage of an endpoint; calls of the default address do not reach it."""
    with context.database.reading() as session:
        require_staying(find_endpoint(session, appkey, body.endpoint_id), "endpoint")
        found = check_stage(context, session, appkey, body)
    check_artifacts(context, appkey, found.artifacts(body))
    with context.database.session() as session:
        endpoint = find_endpoint(session, appkey, body.endpoint_id, lock=True)
        require_staying(endpoint, "endpoint")
        chosen = check_stage(context, session, appkey, body)
        row = add_stage(context, session, endpoint, new_id(), body.apigw_stage_name, body, chosen, caller.user_id)
        (stage,) = stage_views(context, session, [row])
    context.wake_endpoints()
    return success(endpoint_stage=stage)


def add_stage(
    context: ApiContext,
    session: Session,
    endpoint: EndpointRow,
    stage_id: str,
    name: str,
    spec: StageSettings,
    chosen: Chosen,
    user_id: str,
) -> EndpointStageRow:
    """Add a stage and its resources.

    Raises:
        EasyMakerError: the endpoint has one of this name.
    """
    settings = spec.model_dump(by_alias=True)
    check_quota(session, endpoint.appkey, of_stage(chosen.flavor, spec.node_count, settings))
    try:
        row = endpoint_stages.insert(
            session,
            endpoint=endpoint,
            stage_id=stage_id,
            name=name,
            spec=spec,
            flavor=chosen.flavor,
            cluster_version=context.cluster.current,
            created_by=user_id,
        )
    except IntegrityError as error:
        raise EasyMakerError(
            ResultCode.NAME_TAKEN,
            f"The endpoint has a stage {name} already, or one that is being deleted; choose another name.",
            (FieldError("apigwStageName", "is taken; choose another"),),
        ) from error
    for each in spec.endpoint_model_resource_list:
        endpoint_models.insert(
            session,
            stage=row,
            spec=each,
            model=chosen.models[each.model_id],
            pods=each.pod_count,
            created_by=user_id,
        )
    return row


@router.get("/endpoint-stages", response_model=ListAnswer)
def list_stages(
    appkey: str,
    context: Context,
    _caller: Member,
    listing: Listing,
    endpoint_ids: Annotated[list[str] | None, Query(alias="endpointId")] = None,
    ids: Annotated[list[str] | None, Query(alias="endpointStageIdList")] = None,
    statuses: Annotated[list[str] | None, Query(alias="endpointStageStatusCodeList")] = None,
) -> Any:
    """List stages; of one endpoint with ``endpointId``."""
    with context.database.reading() as session:
        rows, total = endpoint_stages.page(
            session,
            appkey,
            ids=values(ids),
            endpoint_ids=values(endpoint_ids),
            statuses=values(statuses),
            **listing.arguments(endpoint_stages.SORT),
        )
        found = stage_views(context, session, rows)
    return success(endpoint_stage_list=found, paging=listing.paging(len(found), total))


@router.get("/endpoint-stages/{stage_id}", response_model=Answer)
def get_stage(appkey: str, stage_id: str, context: Context, _caller: Member) -> Any:
    """Return a stage with its resources."""
    with context.database.reading() as session:
        (stage,) = stage_views(context, session, [find_stage(session, appkey, stage_id)])
    return success(endpoint_stage=stage)


@router.put("/endpoint-stages/{stage_id}", response_model=Answer)
def update_stage(
    appkey: str, stage_id: str, context: Context, _caller: Member, body: Annotated[EndpointStageUpdate, Body()]
) -> Any:
    """Change a stage's description, tags, number of instances or autoscaler; what is absent stays."""
    columns = changed_columns(None, body.description, body.tag_list)
    given = body.model_dump(by_alias=True, exclude_none=True)
    with context.database.session() as session:
        row = find_stage(session, appkey, stage_id, lock=True)
        require_staying(row, "stage")
        spec = {**row.spec, **{key: value for key, value in given.items() if key in endpoint_stages.SETTINGS}}
        nodes = body.node_count if body.node_count is not None else row.node_count
        _check_autoscaler(spec, nodes, changed=spec != row.spec or nodes != row.node_count)
        more = of_stage(row.flavor, nodes, spec) - of_stage(row.flavor, max(row.node_count, row.nodes), row.spec)
        check_quota(session, appkey, more)
        models = endpoint_models.of_stages(session, [row.id]).get(row.id, [])
        if nodes != row.node_count:
            check_fits(context, Flavor.model_validate(row.flavor), nodes)
            check_staying(row, models, nodes, {}, "nodeCount")
            columns |= {"node_count": nodes, "nodes": nodes}
        if spec != row.spec:
            columns |= {"spec": spec, "scaling": {}}
            if not spec["caEnable"]:
                columns["nodes"] = nodes
        if columns:
            require(endpoint_stages.transition(session, row, None, **columns), "stage", row.name)
        if "nodes" in columns:  # people's numbers hold again until the autoscaler, if it is on, has its way
            for model in models:
                if model.pods != model.pod_count:
                    written = endpoint_models.transition(session, model, None, pods=model.pod_count)
                    require(written, "stage resource", model.name)
        (stage,) = stage_views(context, session, [row])
    context.wake_endpoints()
    return success(endpoint_stage=stage)


def _check_autoscaler(spec: dict[str, Any], nodes: int, *, changed: bool) -> None:
    if not changed or not spec["caEnable"]:
        return
    if spec["caMinNodeCount"] > spec["caMaxNodeCount"]:
        raise field_error("caMinNodeCount", "must not exceed caMaxNodeCount")
    if not spec["caMinNodeCount"] <= nodes <= spec["caMaxNodeCount"]:
        raise field_error("nodeCount", "must lie between caMinNodeCount and caMaxNodeCount")


@router.delete("/endpoint-stages/{stage_id}", response_model=Envelope)
def delete_stage(appkey: str, stage_id: str, context: Context, _caller: Member) -> Any:
    """Delete a stage other than the default one. It is listed until everything of it is gone."""
    with context.database.session() as session:
        row = find_stage(session, appkey, stage_id)
        endpoint = find_endpoint(session, appkey, row.endpoint_id, lock=True)
        row = find_stage(session, appkey, stage_id, lock=True)
        if row.id == endpoint.default_stage_id:
            raise EasyMakerError(
                ResultCode.IN_USE,
                f"The stage {row.name} is the default stage of {endpoint.name}; make another one that first.",
            )
        if endpoint.traffic.get(row.id):
            raise EasyMakerError(
                ResultCode.IN_USE,
                f"The stage {row.name} gets a share of the calls of {endpoint.name}; set its weight to 0 first.",
            )
        if row.status != EndpointStageStatus.DELETE_IN_PROGRESS:
            deleting = EndpointStageStatus.DELETE_IN_PROGRESS
            require(endpoint_stages.transition(session, row, deleting, reason=""), "stage", row.name)
    context.wake_endpoints()
    return success()


@router.put("/endpoint-stages/{stage_id}/deploy", response_model=Answer)
def deploy_stage(appkey: str, stage_id: str, context: Context, _caller: Member) -> Any:
    """Have the gateway take up the stage's configuration again, for one that failed to or forgot it."""
    with context.database.session() as session:
        row = find_stage(session, appkey, stage_id, lock=True)
        require_staying(row, "stage")
        deploying = GatewayStatus.STAGE_DEPLOYING.value
        if row.gateway_status not in (deploying, GatewayStatus.CREATE_IN_PROGRESS):
            written = endpoint_stages.transition(session, row, None, gateway_status=deploying, gateway_reason="")
            require(written, "stage", row.name)
        (stage,) = stage_views(context, session, [row])
    context.wake_endpoints()
    return success(endpoint_stage=stage)


@router.get(
    "/endpoint-stages/{stage_id}/gateway", response_model=envelope("GatewaySettings", gateway_settings=dict[str, Any])
)
def get_gateway_settings(appkey: str, stage_id: str, context: Context, _caller: Member) -> Any:
    """Return the stage's configuration in the gateway's own format, without keys."""
    with context.database.reading() as session:
        find_stage(session, appkey, stage_id)
    return success(gateway_settings=_settings(context, stage_id))


def _settings(context: ApiContext, stage_id: str) -> dict[str, Any]:
    try:
        return context.gateway.settings(stage_id)
    except GatewayError as error:
        raise EasyMakerError(ResultCode.UNAVAILABLE, f"The gateway does not tell: {error}") from error
