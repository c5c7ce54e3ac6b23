"""Stage resources over REST: models added to a stage, changed, removed."""

from __future__ import annotations

from math import ceil
from typing import Annotated, Any

from fastapi import APIRouter, Body, Query
from sqlalchemy.orm import Session

from ..resources.endpoint_model import (
    EndpointModel,
    EndpointModelCreate,
    EndpointModelStatus,
    EndpointModelUpdate,
)
from ..store import endpoint_models
from ..store.endpoint_tables import EndpointModelRow, EndpointStageRow
from .auth import Member
from .context import Context
from .endpoint_checks import (
    check_artifacts,
    check_model_is_new,
    check_one_more,
    check_staying,
    deployed,
    find_resource,
    find_servable,
    find_stage,
    require_staying,
    staying,
)
from .endpoint_views import resource_views
from .envelope import Envelope, Paging, envelope, success
from .experiments import require
from .listing import Listing, values
from .updates import changed_columns

router = APIRouter(tags=["stage resources"])
Answer = envelope("EndpointModelAnswer", endpoint_model=EndpointModel)
ListAnswer = envelope("EndpointModelList", endpoint_model_list=list[EndpointModel], paging=Paging)


@router.post("/endpoint-models", response_model=Answer)
def create_resource(appkey: str, context: Context, caller: Member, body: Annotated[EndpointModelCreate, Body()]) -> Any:
    """Add a model to a stage; the others go on serving."""
    with context.database.reading() as session:
        stage = find_stage(session, appkey, body.endpoint_stage_id)
        require_staying(stage, "stage")
        model = check_one_more(context, session, stage, body)
    check_artifacts(context, appkey, [("modelId", model.model_upload_uri)])
    with context.database.session() as session:
        stage = find_stage(session, appkey, body.endpoint_stage_id, lock=True)
        require_staying(stage, "stage")
        model = check_one_more(context, session, stage, body)
        pods = body.pod_count if body.pod_auto_scale_enable else _followed(body.pod_count, stage)
        row = endpoint_models.insert(
            session, stage=stage, spec=body, model=deployed(model), pods=pods, created_by=caller.user_id
        )
        (resource,) = resource_views(context, session, [row])
    context.wake_endpoints()
    return success(endpoint_model=resource)


def _followed(pod_count: int, stage: EndpointStageRow) -> int:
    """Return how many pods go with the number of instances the autoscaler has now."""
    return max(1, ceil(pod_count * stage.nodes / stage.node_count))


@router.get("/endpoint-models", response_model=ListAnswer)
def list_resources(
    appkey: str,
    context: Context,
    _caller: Member,
    listing: Listing,
    stage_ids: Annotated[list[str] | None, Query(alias="endpointStageId")] = None,
    endpoint_ids: Annotated[list[str] | None, Query(alias="endpointId")] = None,
    ids: Annotated[list[str] | None, Query(alias="endpointModelIdList")] = None,
    model_ids: Annotated[list[str] | None, Query(alias="modelIdList")] = None,
    statuses: Annotated[list[str] | None, Query(alias="endpointModelStatusCodeList")] = None,
) -> Any:
    """List stage resources; of one stage with ``endpointStageId``."""
    with context.database.reading() as session:
        rows, total = endpoint_models.page(
            session,
            appkey,
            ids=values(ids),
            stage_ids=values(stage_ids),
            endpoint_ids=values(endpoint_ids),
            model_ids=values(model_ids),
            statuses=values(statuses),
            **listing.arguments(endpoint_models.SORT),
        )
        found = resource_views(context, session, rows)
    return success(endpoint_model_list=found, paging=listing.paging(len(found), total))


@router.get("/endpoint-models/{endpoint_model_id}", response_model=Answer)
def get_resource(appkey: str, endpoint_model_id: str, context: Context, _caller: Member) -> Any:
    """Return a stage resource with its pods."""
    with context.database.reading() as session:
        (resource,) = resource_views(context, session, [find_resource(session, appkey, endpoint_model_id)])
    return success(endpoint_model=resource)


@router.put("/endpoint-models/{endpoint_model_id}", response_model=Answer)
def update_resource(
    appkey: str,
    endpoint_model_id: str,
    context: Context,
    _caller: Member,
    body: Annotated[EndpointModelUpdate, Body()],
) -> Any:
    """Change a stage resource's description, number of pods or model; pods are replaced without a gap in service."""
    if body.model_id is not None:
        with context.database.reading() as session:
            find_resource(session, appkey, endpoint_model_id)
            model = find_servable(session, appkey, body.model_id, "modelId")
        check_artifacts(context, appkey, [("modelId", model.model_upload_uri)])
    columns = changed_columns(None, body.description, None)
    with context.database.session() as session:
        row = find_resource(session, appkey, endpoint_model_id)
        stage = find_stage(session, appkey, row.stage_id, lock=True)
        row = find_resource(session, appkey, endpoint_model_id, lock=True)
        require_staying(row, "stage resource")
        rows = endpoint_models.of_stages(session, [stage.id])[stage.id]
        if body.pod_count is not None and body.pod_count != row.pod_count:
            check_staying(stage, rows, stage.node_count, {row.id: body.pod_count}, "podCount")
            own = row.spec.get("podAutoScaleEnable")
            columns |= {
                "pod_count": body.pod_count,
                "pods": body.pod_count if own else _followed(body.pod_count, stage),
            }
        status = None
        if body.model_id is not None:
            status = _rollout(session, row, rows, body.model_id, columns)
        if columns:
            written = endpoint_models.transition(session, row, status, reason="" if status else None, **columns)
            require(written, "stage resource", row.name)
        (resource,) = resource_views(context, session, [row])
    context.wake_endpoints()
    return success(endpoint_model=resource)


def _rollout(
    session: Session, row: EndpointModelRow, rows: list[EndpointModelRow], model_id: str, columns: dict[str, Any]
) -> EndpointModelStatus | None:
    """Put another model in a resource's place, or the same as it is registered now."""
    model = find_servable(session, row.appkey, model_id, "modelId")
    check_model_is_new([other for other in staying(rows) if other.id != row.id], model, "modelId")
    columns |= {
        "model_id": model.id,
        "model": deployed(model),
        "name": model.name,
        "revision": row.revision + 1,
        "observed": {key: value for key, value in row.observed.items() if key in ("pods", "ready")},
    }
    beginning = EndpointModelStatus.CREATE_IN_PROGRESS
    return beginning if EndpointModelStatus(row.status).may_become(beginning) else None


@router.delete("/endpoint-models/{endpoint_model_id}", response_model=Envelope)
def delete_resource(appkey: str, endpoint_model_id: str, context: Context, _caller: Member) -> Any:
    """Remove a model from a stage. It is listed until its pods are gone."""
    with context.database.session() as session:
        row = find_resource(session, appkey, endpoint_model_id, lock=True)
        if row.status != EndpointModelStatus.DELETE_IN_PROGRESS:
            deleting = EndpointModelStatus.DELETE_IN_PROGRESS
            require(endpoint_models.transition(session, row, deleting, reason=""), "stage resource", row.name)
    context.wake_endpoints()
    return success()
