"""Endpoints over REST."""

from __future__ import annotations

import secrets
from typing import Annotated, Any

from fastapi import APIRouter, Body, Query
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ..resources.base import new_id
from ..resources.endpoint import Endpoint, EndpointCreate, EndpointStatus, EndpointUpdate
from ..resources.endpoint_stage import DEFAULT_STAGE_NAME, EndpointStageStatus
from ..resources.errors import EasyMakerError, FieldError, ResultCode
from ..store import endpoint_stages, endpoints
from .auth import Member
from .context import ApiContext, Context
from .endpoint_checks import check_artifacts, check_stage, find_endpoint, require_staying
from .endpoint_stages import add_stage
from .endpoint_views import endpoint_views
from .envelope import Envelope, Paging, envelope, success
from .experiments import named, require
from .listing import Listing, values, whole
from .updates import changed_columns

router = APIRouter(tags=["endpoints"])
Answer = envelope("EndpointAnswer", endpoint=Endpoint)
ListAnswer = envelope("EndpointList", endpoint_list=list[Endpoint], paging=Paging)


@router.post("/endpoints", response_model=Answer)
def create_endpoint(appkey: str, context: Context, caller: Member, body: Annotated[EndpointCreate, Body()]) -> Any:
    """Create an endpoint with its first stage, which becomes the default stage. Its name is unique in the project."""
    if not context.gateway.address:
        raise EasyMakerError(
            ResultCode.NOT_AVAILABLE, "There is no gateway here (ServiceConfig.gateway), so there are no endpoints."
        )
    with context.database.reading() as session:
        found = check_stage(context, session, appkey, body)
    check_artifacts(context, appkey, found.artifacts(body))
    with context.encryption.writing(), context.database.session() as session:
        chosen = check_stage(context, session, appkey, body)
        stage_id = new_id()
        try:
            row = endpoints.insert(
                session, appkey=appkey, spec=body, default_stage_id=stage_id, created_by=caller.user_id
            )
        except IntegrityError as error:
            raise name_taken("endpoint", "endpointName", body.endpoint_name) from error
        endpoints.add_api_key(
            session,
            endpoint_id=row.id,
            name="",
            secret=context.encryption.encrypt(secrets.token_urlsafe(32)),
            created_by="",
            internal=True,
        )
        add_stage(context, session, row, stage_id, DEFAULT_STAGE_NAME, body, chosen, caller.user_id)
        (endpoint,) = endpoint_views(context, session, [row])
    context.wake_endpoints()
    return success(endpoint=endpoint)


@router.get("/endpoints", response_model=ListAnswer)
def list_endpoints(
    appkey: str,
    context: Context,
    _caller: Member,
    listing: Listing,
    ids: Annotated[list[str] | None, Query(alias="endpointIdList")] = None,
    names: Annotated[list[str] | None, Query(alias="endpointNameList")] = None,
    statuses: Annotated[list[str] | None, Query(alias="endpointStatusCodeList")] = None,
    model_ids: Annotated[list[str] | None, Query(alias="modelIdList")] = None,
) -> Any:
    """List the project's endpoints."""
    with context.database.reading() as session:
        rows, total = endpoints.page(
            session,
            appkey,
            ids=values(ids),
            names=whole(names),
            statuses=values(statuses),
            model_ids=values(model_ids),
            **listing.arguments(endpoints.SORT),
        )
        found = endpoint_views(context, session, rows)
    return success(endpoint_list=found, paging=listing.paging(len(found), total))


@router.get("/endpoints/{endpoint_id}", response_model=Answer)
def get_endpoint(appkey: str, endpoint_id: str, context: Context, _caller: Member) -> Any:
    """Return an endpoint with its stages and their resources."""
    with context.database.reading() as session:
        return success(endpoint=_view(context, session, appkey, endpoint_id))


@router.put("/endpoints/{endpoint_id}", response_model=Answer)
def update_endpoint(
    appkey: str, endpoint_id: str, context: Context, _caller: Member, body: Annotated[EndpointUpdate, Body()]
) -> Any:
    """Change an endpoint's description or tags, or whether it asks for a key; what is absent stays."""
    columns = changed_columns(None, body.description, body.tag_list)
    if body.use_api_key is not None:
        columns["use_api_key"] = body.use_api_key
    with context.database.session() as session:
        row = find_endpoint(session, appkey, endpoint_id, lock=True)
        require_staying(row, "endpoint")
        if columns:
            require(endpoints.transition(session, row, None, **columns), "endpoint", row.name)
        endpoint = _view(context, session, appkey, endpoint_id)
    context.wake_endpoints()
    return success(endpoint=endpoint)


@router.delete("/endpoints/{endpoint_id}", response_model=Envelope)
def delete_endpoint(appkey: str, endpoint_id: str, context: Context, _caller: Member) -> Any:
    """Delete an endpoint that has no stages but the default one. It is listed until everything of it is gone."""
    with context.database.session() as session:
        row = find_endpoint(session, appkey, endpoint_id, lock=True)
        stages = endpoint_stages.of_endpoints(session, [row.id]).get(row.id, [])
        others = [
            stage.name
            for stage in stages
            if stage.id != row.default_stage_id and stage.status != EndpointStageStatus.DELETE_IN_PROGRESS
        ]
        if others:
            raise EasyMakerError(
                ResultCode.IN_USE,
                f"The endpoint {row.name} still has the stages {named(others[:5], len(others))}; delete them first.",
            )
        if row.status != EndpointStatus.DELETE_IN_PROGRESS:
            deleting = EndpointStatus.DELETE_IN_PROGRESS
            require(endpoints.transition(session, row, deleting, reason=""), "endpoint", row.name)
        for stage in stages:
            if stage.status != EndpointStageStatus.DELETE_IN_PROGRESS:
                gone = EndpointStageStatus.DELETE_IN_PROGRESS
                require(endpoint_stages.transition(session, stage, gone, reason=""), "stage", stage.name)
    context.wake_endpoints()
    return success()


def _view(context: ApiContext, session: Session, appkey: str, endpoint_id: str) -> Endpoint:
    (endpoint,) = endpoint_views(context, session, [find_endpoint(session, appkey, endpoint_id)])
    return endpoint


def name_taken(what: str, field: str, name: str) -> EasyMakerError:
    return EasyMakerError(
        ResultCode.NAME_TAKEN,
        f"There is {'an' if what[0] in 'aeiou' else 'a'} {what} {name} already, or one that is being deleted; "
        "choose another name.",
        (FieldError(field, "is taken; choose another"),),
    )
