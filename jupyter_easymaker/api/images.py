"""Images."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from ..resources.image import Image
from .auth import Member
from .context import Context
from .envelope import envelope, success
from .listing import values

router = APIRouter(tags=["images"])


@router.get("/images", response_model=envelope("ImageList", image_list=list[Image]))
def list_images(
    context: Context,
    _caller: Member,
    groups: Annotated[list[str] | None, Query(alias="groupTypeCodeList", description="TRAINING or NOTEBOOK")] = None,
) -> Any:
    """List the images."""
    wanted = values(groups)
    return success(
        image_list=[image for image in context.catalogue.images if not wanted or image.group_type_code in wanted]
    )
