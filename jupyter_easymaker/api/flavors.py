"""Instance types."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from ..resources.catalogue import Catalogue
from ..resources.errors import field_error
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
    algorithm_id: Annotated[
        str | None, Query(alias="algorithmId", description="Only those the provided algorithm can run on.")
    ] = None,
) -> Any:
    """List the instance types, smallest first."""
    flavors = context.catalogue.flavors
    if group_type is not None:
        flavors = tuple(flavor for flavor in flavors if group_type in flavor.group_type_code_list)
    if algorithm_id is not None:
        cores = _core_types(context.catalogue, algorithm_id)
        flavors = tuple(flavor for flavor in flavors if flavor.core_type_code in cores)
    return success(flavor_list=list(flavors))


def _core_types(catalogue: Catalogue, algorithm_id: str) -> set[str]:
    algorithm = catalogue.algorithm(algorithm_id)
    if algorithm is None:
        known = ", ".join(each.algorithm_id for each in catalogue.algorithms)
        raise field_error("algorithmId", f"is {algorithm_id!r}; there are {known}")
    images = (catalogue.image(algorithm.cpu_training_image_id), catalogue.image(algorithm.gpu_training_image_id))
    return {image.core_type_code for image in images if image is not None}
