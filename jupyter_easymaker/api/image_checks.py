"""Which image something is to run in: a provided one, or a private one of the project's that can be pulled."""

from __future__ import annotations

from ..resources.errors import EasyMakerError, ResultCode, field_error
from ..resources.image import Image
from ..store import images
from .context import ApiContext
from .images import problem_of


def choose_image(context: ApiContext, appkey: str, image_id: str, group: str, *, containers: bool) -> Image:
    """Return the image of this id.

    Args:
        group: NOTEBOOK or TRAINING.
        containers: whether container images can run where it is to run.

    Raises:
        EasyMakerError: there is none for this group, or it cannot be used: wrong account, not there, not derived.
    """
    provided = context.catalogue.image(image_id)
    if provided is not None and provided.group_type_code == group:
        return provided
    with context.database.reading() as session:
        row = images.get(session, appkey, image_id)
        found = images.resources(session, [row]) if row is not None else []
    if row is None or row.group_type != group:
        known = ", ".join(each.image_id for each in context.catalogue.images if each.group_type_code == group)
        raise field_error("imageId", f"is {image_id!r}; the {group.lower()} images are {known or 'none here'}")
    if not containers:
        raise field_error(
            "imageId",
            f"{row.name} is a container image, and no containers run on this machine; choose a provided image",
        )
    reason, _ = problem_of(context, appkey, row)
    if reason:
        raise EasyMakerError(ResultCode.CONFLICT, f"The image {row.name} cannot be used: {reason}")
    return found[0]
