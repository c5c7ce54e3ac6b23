"""One search over everything a project has: what the field at the panel's top asks."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from ..resources.base import UtcDatetime, WireModel
from ..resources.errors import field_error
from ..resources.event import ResourceType
from ..store.search import search
from .auth import Member
from .context import Context
from .envelope import envelope, success

router = APIRouter(tags=["search"])


class SearchResult(WireModel):
    """A resource that matches."""

    resource_type: ResourceType
    resource_id: str
    name: str
    description: str = ""
    status_code: str = ""
    created_datetime: UtcDatetime


@router.get("/search", response_model=envelope("SearchAnswer", result_list=list[SearchResult]))
def search_resources(
    appkey: str,
    context: Context,
    _caller: Member,
    query: Annotated[str, Query(min_length=1, max_length=200, description="A part of a name, description or tag.")],
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> Any:
    """Find resources of every kind by name, description, tag or id; the newest first."""
    if "\x00" in query:
        raise field_error("query", "holds a NUL character; remove it")
    with context.database.reading() as session:
        found = search(session, appkey, query, limit)
    results = [
        SearchResult(
            resource_type=each.resource_type,
            resource_id=each.id,
            name=each.name,
            description=each.description,
            status_code=each.status,
            created_datetime=each.created_at,
        )
        for each in found
    ]
    return success(result_list=results)
