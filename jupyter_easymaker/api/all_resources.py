"""The resources of all kinds and projects, for administrators."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from ..resources.administration import AnyResource
from ..resources.errors import field_error
from ..resources.event import ResourceType
from ..store import all_resources
from .auth import Admin
from .context import Context
from .envelope import Paging, envelope, success
from .listing import Listing, values

router = APIRouter(prefix="/admin", tags=["administration"])


@router.get("/resources", response_model=envelope("AllResources", resource_list=list[AnyResource], paging=Paging))
def list_all_resources(
    context: Context,
    _caller: Admin,
    listing: Listing,
    kinds: Annotated[list[str] | None, Query(alias="resourceTypeList")] = None,
    projects: Annotated[list[str] | None, Query(alias="appKeyList")] = None,
    users: Annotated[list[str] | None, Query(alias="createdByList")] = None,
    statuses: Annotated[list[str] | None, Query(alias="statusCodeList")] = None,
) -> Any:
    """List the resources of all projects and kinds; the stages of an endpoint are part of it."""
    with context.database.reading() as session:
        found, total = all_resources.page(
            session,
            kinds=_known(values(kinds)),
            projects=values(projects),
            users=values(users),
            statuses=values(statuses),
            **listing.arguments(all_resources.SORT),
        )
    answered = [
        AnyResource(
            resource_type=each.kind,
            resource_id=each.id,
            name=each.name,
            app_key=each.appkey,
            status_code=each.status,
            status_reason=each.status_reason,
            flavor_name=each.flavor or "",
            created_by=each.created_by,
            created_datetime=each.created_at,
        )
        for each in found
    ]
    return success(resource_list=answered, paging=listing.paging(len(answered), total))


def _known(kinds: list[str]) -> list[ResourceType]:
    known = [kind.value for kind in all_resources.TABLES]
    if not set(kinds) <= set(known):
        raise field_error("resourceTypeList", f"must be of {', '.join(known)}")
    return [ResourceType(kind) for kind in dict.fromkeys(kinds)]
