"""Instance types."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from ..resources.flavor import Flavor
from .auth import Member
from .context import Context
from .envelope import envelope, success

router = APIRouter(tags=["flavors"])


@router.get("/flavors", response_model=envelope("FlavorList", flavor_list=list[Flavor]))
def list_flavors(
    context: Context,
    _caller: Member,
    group_type: Annotated[str | None, Query(alias="groupType", description="TRAINING, NOTEBOOK ...")] = None,
) -> Any:
    """List the instance types, smallest first."""
    flavors = [
        flavor
        for flavor in context.catalogue.flavors
        if group_type is None or group_type in flavor.group_type_code_list
    ]
    return success(flavor_list=flavors)
